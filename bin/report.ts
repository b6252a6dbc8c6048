import { readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { readReport } from '../render/read-report';
import { renderPage } from '../render/page';
import { refuseUnwritable } from './writable';

const HELP = `Usage: npm run --silent report -- [EVENTS.json ...] [--html FILE]

Renders the report of a run as one self-contained page, to view or to attach. EVENTS.json is what this prints
for the run's log stream, which is named <yyyy>/<mm>/<dd>/<command id>. Without a file, or for "-", this reads
standard input:

  aws logs get-log-events --log-group-name GROUP --log-stream-name STREAM --start-from-head --output json

A large report comes in pages (--next-token): give them all, as several files or one after the other. You can also
give the events alone, one per line.

Options:
  --html FILE  write the page to FILE instead of to standard output
  --help       show this
`;

/** Exit code for invalid arguments. */
const MISUSE = 2;

interface Wanted {
  readonly files: readonly string[];
  readonly html?: string;
}

function wanted(args: readonly string[]): Wanted | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { html: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return 'help';
  if (values.html === '') throw new Error('--html is empty; give it a value or leave it out');
  const files = positionals.length > 0 ? positionals : ['-'];
  if (files.includes('-') && process.stdin.isTTY) {
    throw new Error(
      'there is no file, and standard input is the terminal; give a file, or pipe the events into the command',
    );
  }
  return { files, ...(values.html && { html: values.html }) };
}

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
    const page = renderPage(run, hosts);
    if (told.html === undefined) process.stdout.write(page);
    else writeFileSync(told.html, page);
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

// Not process.exit(): where writes to a pipe are asynchronous, it would lose unwritten output.
void main().then((code) => (process.exitCode = code));
