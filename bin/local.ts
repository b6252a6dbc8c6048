import { parseArgs } from 'node:util';
import { localRun, type LocalOptions } from '../local/run/local-run';
import { refuseNoAddress } from '../local/run/user-host';
import { refuseLostOptions } from './lost-options';
import { refuseUnwritable } from './writable';

const HELP = `Usage: npm run local -- [options]

Runs the whole pipeline on this machine, with nothing in AWS: synthesises the app of cdk.json, runs its Command
document as the SSM Agent does, and shows the report that CloudWatch would hold. It starts its own Docker Engine
with the example examples/todobackend, and stops it afterwards.

Options:
  --dry-run      only report what would be removed
  --json FILE    write the run's log event to FILE, exactly as published
  --html FILE    write the report to FILE as one self-contained page, to view or to attach
  --engine HOST  clean the Docker Engine at HOST instead, e.g. unix:///var/run/docker.sock: what the tasks of
                 cdk.json select there is removed
  --keep         leave the private Engine running, and say how to reach and how to stop it
  --yes          install missing Debian packages without a question
  --help         show this
`;

/** Exit code for invalid arguments. */
const MISUSE = 2;

function options(args: readonly string[]): LocalOptions | 'help' {
  refuseLostOptions(['dry-run', 'html', 'keep'], 'npm run local --');
  const { values } = parseArgs({
    args: [...args],
    options: {
      'dry-run': { type: 'boolean', default: false },
      json: { type: 'string' },
      html: { type: 'string' },
      engine: { type: 'string' },
      keep: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.keep && values.engine !== undefined) {
    throw new Error('--keep is for the private Engine, which --engine does not start; leave out one of them');
  }
  for (const name of ['json', 'html', 'engine'] as const) {
    if (values[name] === '') throw new Error(`--${name} is empty; give it a value or leave it out`);
  }
  const { json, html, engine } = values;
  if (engine !== undefined) refuseNoAddress(engine);
  return {
    dryRun: values['dry-run'],
    keep: values.keep,
    yes: values.yes,
    ...(json && { json }),
    ...(html && { html }),
    ...(engine && { engine }),
  };
}

async function main(): Promise<number> {
  let wanted;
  try {
    wanted = options(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nSee npm run local -- --help\n`);
    return MISUSE;
  }
  if (wanted === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const stop = new AbortController();
  let stoppedBy = 0;
  // `on`, not `once`: npm and the terminal may each deliver the signal, and the clean-up must still end.
  process.on('SIGINT', () => ((stoppedBy = 130), stop.abort(new Error('stopped by SIGINT'))));
  process.on('SIGTERM', () => ((stoppedBy = 143), stop.abort(new Error('stopped by SIGTERM'))));
  try {
    if (wanted.json !== undefined) refuseUnwritable('--json', wanted.json);
    if (wanted.html !== undefined) refuseUnwritable('--html', wanted.html);
    return await localRun(wanted, stop.signal);
  } catch (error) {
    if (stoppedBy) return stoppedBy;
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

void main().then((code) => process.exit(code));
