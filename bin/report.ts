import { readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { readReport } from '../render/read-report';
import { renderPage } from '../render/page';
import { optionsFor, renderReport } from '../render/terminal';
import { refuseLostOptions } from './lost-options';
import { refuseUnwritable } from './writable';

const HELP = `Usage: npm run --silent report -- [EVENTS.json ...] [--html FILE] [--text]

Renders the report of a run: as text on a terminal, or as one self-contained page in a file. EVENTS.json is what
this prints for the run's log stream, which is named <yyyy>/<mm>/<dd>/<command id>. Without a file, or for "-", this
reads standard input:

  aws logs get-log-events --log-group-name GROUP --log-stream-name STREAM --start-from-head --output json

A large report comes in pages (--next-token): give them all, as several files or one after the other. You can also
give the events alone, one per line.

Options:
  --html FILE  write the page to FILE, to view or to attach
  --text       print the report as text, also to a pipe, which gets the page otherwise
  --help       show this
`;

/** Exit code for invalid arguments. */
const MISUSE = 2;

interface Wanted {
  readonly files: readonly string[];
  readonly html?: string;
  /** Whether to print text; otherwise the page. */
  readonly text: boolean;
}

function wanted(args: readonly string[]): Wanted | 'help' {
  refuseLostOptions(['html', 'text'], 'npm run --silent report --');
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      html: { type: 'string' },
      text: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.html === '') throw new Error('--html is empty; give it a value or leave it out');
  const files = positionals.length > 0 ? positionals : ['-'];
  if (files.includes('-') && process.stdin.isTTY) {
    throw new Error(
      'there is no file, and standard input is the terminal; give a file, or pipe the events into the command',
    );
  }
  const isForPeople = values.html === undefined && process.stdout.isTTY;
  return { files, text: values.text || isForPeople, ...(values.html && { html: values.html }) };
}

// A reader such as `head` may end before all is written.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

async function main(): Promise<number> {
  let told;
  try {
    told = wanted(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nSee npm run report -- --help\n`);
    return MISUSE;
  }
  if (told === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    if (told.html !== undefined) refuseUnwritable('--html', told.html);
    const inputs: string[] = [];
    for (const file of told.files)
      inputs.push(file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8'));
    const { run, hosts } = readReport(inputs.join('\n'));
    if (told.html !== undefined) {
      writeFileSync(told.html, renderPage(run, hosts));
      process.stderr.write(`The page is in ${told.html}: open it in a browser.\n`);
    }
    if (told.text) process.stdout.write(renderReport(run, hosts, optionsFor(process.stdout)));
    else if (told.html === undefined) process.stdout.write(renderPage(run, hosts));
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

// Not process.exit(): where writes to a pipe are asynchronous, it would lose unwritten output.
void main().then((code) => (process.exitCode = code));
