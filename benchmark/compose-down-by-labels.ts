/**
 * What does it cost to select projects by their labels, and to check each again before it is taken down?
 *
 * One task selects and takes down stopped projects. Then a task for each removes the same projects by
 * name. They take turns, in dry runs and in runs that remove. Run with `npx tsx
 * benchmark/compose-down-by-labels.ts`; needs root and Docker.
 */
import { Duration } from 'aws-cdk-lib';
import { ComposeDown } from '../lib';
import { ALL_COMPOSE, PrivateHost } from '../local/host/private-host';
import { loadImage, must } from '../test/engine/support/images';
import { runTask } from '../test/engine/support/run-task';

const CONTAINERS = 3;
const SIZES = [10, 20, 40];

const label = 'environment=preview';
const selecting = new ComposeDown({
  labels: { environment: 'preview' },
  removeVolumes: true,
  olderThan: Duration.seconds(0),
});

async function makeProjects(host: PrivateHost, count: number): Promise<void> {
  const own = '--label "com.docker.compose.project=preview-$p"';
  await must(
    host,
    `for p in $(seq ${count}); do
      docker volume create ${own} --label ${label} "preview-$p" && for c in $(seq ${CONTAINERS}); do
        docker create ${own} --label ${label} -v "preview-$p:/data" --name "preview-$p-$c" service x || exit 1
      done
    done`,
  );
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function byLabels(host: PrivateHost, count: number, dryRun: boolean): Promise<void> {
  const { result } = await runTask(host, selecting, dryRun);
  if (result.removed?.projects !== count) throw new Error(JSON.stringify(result));
}

async function byNames(host: PrivateHost, count: number, dryRun: boolean): Promise<void> {
  for (let p = 1; p <= count; p++) {
    const { result } = await runTask(
      host,
      new ComposeDown({ project: `preview-${p}`, removeVolumes: true }),
      dryRun,
    );
    if (result.removed?.projects !== 1) throw new Error(JSON.stringify(result));
  }
}

async function main(): Promise<void> {
  const host = await PrivateHost.start({ hide: ALL_COMPOSE });
  const table: Record<string, unknown>[] = [];
  try {
    await loadImage(host, { tags: ['service:latest'] });
    for (const count of SIZES) {
      await makeProjects(host, count);
      const dry = await seconds(() => byLabels(host, count, true));
      const dryByNames = await seconds(() => byNames(host, count, true));
      const run = await seconds(() => byLabels(host, count, false));
      await makeProjects(host, count);
      const runByNames = await seconds(() => byNames(host, count, false));
      table.push({
        projects: count,
        'dry run, of that by names': `${Math.round((100 * dry) / dryByNames)} %`,
        'run, of that by names': `${Math.round((100 * run) / runByNames)} %`,
        'run, seconds a project': (run / count).toFixed(2),
      });
    }
  } finally {
    await host.stop();
  }
  console.table(table);
}

void main();
