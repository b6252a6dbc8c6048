import { writeFileSync } from 'node:fs';
import { synthesise, type Deployment } from './deployment';
import { createExample } from '../example';
import { takeInventory } from '../host/inventory';
import { renderNextSteps } from './next-steps';
import { countSteps, runPipeline } from './pipeline';
import { PrivateHost, type Host } from '../host/private-host';
import { Progress } from './progress';
import { renderChanges } from './render-changes';
import { userHost } from './user-host';
import { renderPage } from '../../render/page';
import { optionsFor, renderReport } from '../../render/terminal';
import {
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
  const { dryRun, engine } = options;
  try {
    await setUp(options, progress);
    const host = engine === undefined ? undefined : await userHost(engine);
    await bundleReporter();
    progress.begin('synthesising the app');
    const deployment = await synthesise({ dryRun, youngImagesToo: host === undefined, signal });
    if (host === undefined) return await cleanPrivateHost(deployment, options, progress, signal);
    progress.note(`cleaning the Engine at ${engine} as cdk.json configures it, without the example`);
    progress.expect(countSteps(deployment) + 1);
    return await clean(host, deployment, options, progress, signal);
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
}

async function cleanPrivateHost(
  deployment: Deployment,
  options: LocalOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted();
  progress.note("the example's images are new: olderThan is 0 here, in cdk.json it is 1 hour");
  progress.expect(countSteps(deployment) + 3);
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
    progress.begin('building the example todobackend and starting it');
    await createExample(host);
    const code = await clean(host, deployment, options, progress, signal);
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
  deployment: Deployment,
  options: LocalOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  const before = await takeInventory(host);
  const published = await runPipeline({ host, deployment, signal, progress: (what) => progress.begin(what) });
  progress.begin('taking stock');
  const after = await takeInventory(host);
  progress.note('');

  const { run, hosts, runEvent } = published;
  if (options.json !== undefined) writeFileSync(options.json, runEvent);
  if (options.html !== undefined) writeFileSync(options.html, renderPage(run, hosts));
  const style = optionsFor(process.stdout);
  const listed = {
    objects: hosts.flatMap(({ objects }) => objects),
    objectsMissing: run.objectsMissing,
  };
  process.stdout.write(renderReport(run, hosts, style));
  process.stdout.write(renderChanges(before, after, listed, style));
  process.stdout.write(renderNextSteps(options, published, style));
  return run.needsAttention ? 1 : 0;
}
