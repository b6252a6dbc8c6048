import { Duration } from 'aws-cdk-lib';
import { BuildCachePrune, ComposeDown } from '../../lib';
import type { PrivateHost } from '../../local/private-host';
import { describeDocker } from '../support/docker';
import { empty, ENGINES, startEngine } from './engines';
import { loadImage, must } from './images';
import { MATRIX } from './matrix-cases';
import { runTask, SHELLS } from './run-task';
import { difference, stateOf, type EngineState } from './state';

const AT_ONCE = Duration.seconds(0);
const cases = Object.entries(MATRIX);

describe.each(Object.entries(ENGINES))('%s', (engine, kind) => {
  describeDocker('every task', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await startEngine(kind);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
    });
    afterEach(() => empty(host));
    afterAll(() => host.stop());

    test.each(cases.map(([name, one]) => ({ name, ...one })))(
      '$name: takes what it is told to and nothing else, as its dry run said',
      async ({ name, task, make, gone, removed, passedOver }) => {
        await make(host);
        const before = await stateOf(host);
        // Another shell for each task and Engine, so that over the matrix each task meets each.
        const turn = cases.findIndex(([other]) => other === name) + Object.keys(ENGINES).indexOf(engine);
        const shell = host.withShell(SHELLS[turn % SHELLS.length]!);

        if (name !== 'ComposeDown, one project' && 'OLDER_THAN' in task()._script.settings) {
          const young = await runTask(shell, task());
          expect(young.result).toMatchObject({ outcome: 'nothing' });
          expect(young.result.passedOver?.young).toBeGreaterThan(0);
        }
        const dry = await runTask(shell, task(AT_ONCE), true);
        expect(await stateOf(host)).toEqual(before);
        const { result } = await runTask(shell, task(AT_ONCE));
        const after = await stateOf(host);

        expect(withoutIdentifiers(difference(before, after).gone)).toEqual([...gone].sort());
        expect(difference(before, after).come).toEqual([]);
        expect(result).toMatchObject({ outcome: 'done', removed, ...(passedOver && { passedOver }) });
        expect(dry.result).toMatchObject({ outcome: 'done', removed, dryRun: true });
        expect((await runTask(shell, task(AT_ONCE))).result.outcome).toBe('nothing');
        expect(await stateOf(host)).toEqual(after);
      },
    );

    test('ComposeDown, one project: leaves what a container of others refers to, though that never ran', async () => {
      const own = '--label com.docker.compose.project=lender';
      await must(
        host,
        `docker network create ${own} lender_default && docker volume create ${own} lender_data
        docker create ${own} --network lender_default -v lender_data:/data -v /scratch --name lender_app service x
        docker create --network lender_default --name on-its-network service x
        docker create --volumes-from lender_app --name with-its-volumes service x`,
      );
      const before = await stateOf(host);
      const task = new ComposeDown({ project: 'lender', removeVolumes: true });
      const dry = await runTask(host, task, true);
      expect(await stateOf(host)).toEqual(before);
      const { result } = await runTask(host, task);
      expect(difference(before, await stateOf(host)).gone).toEqual(['container lender_app created']);
      expect(result).toMatchObject({
        outcome: 'failed',
        reason: 'leftovers',
        removed: { projects: 1, containers: 1, networks: 0, volumes: 0 },
        left: ['network lender_default', 'volume lender_data'],
      });
      const { outcome, reason, removed, left } = result;
      expect(dry.result).toMatchObject({ outcome, reason, removed, left });
    });

    test('BuildCachePrune: takes what no build uses, as its dry run said, and no image', async () => {
      await makeBuildCache(host);
      const [before, cached] = [await stateOf(host), await cacheRecords(host)];
      expect(cached).toBeGreaterThan(0);
      const young = await runTask(host, new BuildCachePrune());
      expect(young.result).toMatchObject({ outcome: 'nothing', removed: { cacheRecords: 0 } });

      const task = new BuildCachePrune({ olderThan: AT_ONCE });
      const dry = await runTask(host, task, true);
      expect(await cacheRecords(host)).toBe(cached);
      const { result } = await runTask(host, task);
      expect(result.removed?.cacheRecords).toBe(cached - (await cacheRecords(host)));
      expect(result.removed?.cacheRecords).toBeGreaterThan(0);
      expect(dry.result.removed).toEqual(result.removed);
      expect(await stateOf(host)).toEqual(before);
      expect((await runTask(host, task)).result).toMatchObject({ outcome: 'nothing' });
    });
  });
});

/** Identifiers of images differ from store to store. */
function withoutIdentifiers(state: EngineState): string[] {
  return state
    .map((line) => {
      const [, tags] = /^image \S+ (.*)$/.exec(line) ?? [];
      return tags === undefined ? line : `image ${JSON.stringify((JSON.parse(tags) as string[]).sort())}`;
    })
    .sort();
}

/** Builds with BuildKit; Debian's CLI brings what it takes, another before it on the PATH may not. */
async function makeBuildCache(host: PrivateHost): Promise<void> {
  await must(
    host,
    `mkdir -p /run/build && cd /run/build && echo one >one && echo two >two
    printf '%s\\n' 'FROM scratch' 'COPY one /one' 'COPY two /two' >Dockerfile
    DOCKER_BUILDKIT=1 /usr/bin/docker build -t built . && echo three >two && DOCKER_BUILDKIT=1 /usr/bin/docker build -t built .`,
  );
}

async function cacheRecords(host: PrivateHost): Promise<number> {
  const told = await must(
    host,
    `docker system df --format '{{.Type}}|{{.TotalCount}}' | grep '^Build Cache|'`,
  );
  return Number(told.split('|')[1]);
}
