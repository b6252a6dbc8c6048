import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TROUBLED_OUTCOMES } from '../../lib/contract';
import { synthesise } from './deployment';
import { createExample } from '../example';
import { takeInventory } from '../host/inventory';
import { runPipeline } from './pipeline';
import { PrivateHost, type Host } from '../host/private-host';
import { Progress } from './progress';
import { renderChanges } from './render-changes';
import { renderPage } from '../../render/page';
import { renderReport } from '../../render/terminal';
import {
  THIS_MACHINE,
  ENGINE_REQUIREMENTS,
  REQUIREMENTS,
  bundleReporter,
  provide,
  type Provision,
} from '../setup/requirements';
import { askToInstall } from '../setup/ask-to-install';

/** The options of `npm run local`. */
export interface LocalOptions {
  readonly dryRun: boolean;
  readonly keep: boolean;
  /** Whether missing packages are installed without a question. */
  readonly yes: boolean;
  /** File for the run's log event. */
  readonly json?: string;
  /** File for the report as a page. */
  readonly html?: string;
  /** Address of your own Engine. */
  readonly engine?: string;
}

/**
 * Runs the pipeline on this machine and shows the result.
 *
 * @returns the exit code: 0 when the report says that nothing needs attention
 * @throws when it could not run to its end, or the signal stopped it; everything that it made is removed
 * then
 */
export async function localRun(options: LocalOptions, signal: AbortSignal): Promise<number> {
  const progress = new Progress(process.stderr);
  try {
    await setUp(options, progress);
    if (options.engine !== undefined) {
      progress.note(
        `cleaning the Engine at ${options.engine} as cdk.json configures it, without the example`,
      );
      return await clean(userHost(options.engine), options, progress, signal);
    }
    return await cleanPrivateHost(options, progress, signal);
  } finally {
    progress.end();
  }
}

/** Installs what the machine lacks, where that is possible. Otherwise throws with all that it lacks. */
async function setUp({ engine, yes }: LocalOptions, progress: Progress): Promise<void> {
  const own = engine === undefined;
  const tell = (line: string): void => progress.note(line);
  const agree: Provision['agree'] = async (packages) => {
    const agreed = await askToInstall(packages, { yes, command: 'npm run local -- --yes', tell });
    if (agreed) progress.begin('installing packages');
    return agreed;
  };
  const lacking = await provide(own ? REQUIREMENTS : ENGINE_REQUIREMENTS, { needsRoot: own, agree, tell });
  if (lacking.length > 0) throw new Error(lacking.join('\n'));
  await bundleReporter();
}

async function cleanPrivateHost(
  options: LocalOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted();
  progress.begin('starting a private Docker Engine');
  const host = await PrivateHost.start({ outlive: options.keep });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= host.stop());
  // Stopping the host ends every command in progress on it at once, and the code that waits for them
  // continues.
  signal.addEventListener('abort', () => void stop());
  let kept = false;
  try {
    signal.throwIfAborted();
    progress.begin('building the example todobackend several times and starting it');
    await createExample(host);
    const code = await clean(host, options, progress, signal);
    kept = options.keep;
    if (kept) {
      process.stdout.write(
        `\nThe private Engine is at unix://${host.socket}\n` +
          `  look at it:  docker --host unix://${host.socket} ps --all\n` +
          `  stop it:     kill -KILL ${host.pid}\n`,
      );
    }
    return code;
  } finally {
    if (!kept) await stop();
  }
}

async function clean(
  host: Host,
  options: LocalOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  const { dryRun } = options;
  progress.begin('synthesising the app');
  const youngImagesToo = options.engine === undefined;
  const deployment = await synthesise({ dryRun, youngImagesToo, signal });
  if (youngImagesToo)
    progress.note("the example's images are new: olderThan is 0 here, in cdk.json it is 1 hour");
  const before = await takeInventory(host);
  const published = await runPipeline({ host, deployment, signal, progress: (what) => progress.begin(what) });
  progress.begin('taking stock');
  const after = await takeInventory(host);
  progress.end();

  const style = { colour: process.stdout.isTTY, width: process.stdout.columns || 120 };
  process.stdout.write(`\n${renderChanges(before, after, style)}\n`);
  process.stdout.write(`Log stream ${published.logStream}\n\n`);
  process.stdout.write(renderReport(published.run, published.hosts, style));
  if (options.json !== undefined) writeFileSync(options.json, published.runEvent);
  if (options.html !== undefined) writeFileSync(options.html, renderPage(published.run, published.hosts));
  return TROUBLED_OUTCOMES.some((outcome) => published.run.hosts[outcome] > 0) ? 1 : 0;
}

/** This machine with your own Engine. */
function userHost(engine: string): Host {
  const lock = join(tmpdir(), `docker-housekeeping-${process.getuid?.()}`);
  return {
    enter: (argv) => [...argv],
    environment: {
      DOCKER_HOST: engine,
      // For the keys of ssh:// addresses.
      HOME: process.env.HOME ?? '',
      // Only root can write to the usual place.
      ...(THIS_MACHINE.root ? {} : { HOUSEKEEPING_RUN_DIR: lock }),
    },
  };
}
