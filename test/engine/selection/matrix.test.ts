import { Duration, Size } from 'aws-cdk-lib';
import { BuildCachePrune, ComposeDown } from '../../../lib';
import { objectWord, type ListedObject } from '../../../lib/contract';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { build, buildCache, leastRecentlyUsed, sizeOf } from '../support/build-cache';
import { empty, ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { MATRIX } from './matrix-cases';
import { runTask, SHELLS } from '../support/run-task';
import { difference, stateOf, type EngineState } from '../support/state';

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
      '$name: removes what it is configured to and nothing else, as its dry run reported',
      async ({ name, task, make, gone, removed, passedOver }) => {
        await make(host);
        const before = await stateOf(host);
        // The shell changes with each task and Engine, so that over the matrix each task runs under each
        // shell.
        const turn = cases.findIndex(([other]) => other === name) + Object.keys(ENGINES).indexOf(engine);
        const shell = host.withShell(SHELLS[turn % SHELLS.length]!);

        if (name !== 'ComposeDown, one project' && 'OLDER_THAN' in task()._script.settings) {
          const young = await runTask(shell, task());
          expect(young.result).toMatchObject({ outcome: 'nothing' });
          expect(young.result.passedOver?.young).toBeGreaterThan(0);
        }
        const dry = await runTask(shell, task(AT_ONCE), true);
        expect(await stateOf(host)).toEqual(before);
        const { result, objects } = await runTask(shell, task(AT_ONCE));
        const after = await stateOf(host);

        expect(withoutIdentifiers(difference(before, after).gone)).toEqual([...gone].sort());
        expect(difference(before, after).come).toEqual([]);
        const listed = objects.flatMap((object) => (object.fate === 'removed' ? stateKey(object) : []));
        expect(listed.sort()).toEqual(difference(before, after).gone.map(keyOf).sort());
        expect(factsOf(dry.objects)).toEqual(factsOf(objects));
        expect(result).toMatchObject({ outcome: 'done', removed, ...(passedOver && { passedOver }) });
        expect(dry.result).toMatchObject({ outcome: 'done', removed, dryRun: true });
        expect((await runTask(shell, task(AT_ONCE))).result.outcome).toBe('nothing');
        expect(await stateOf(host)).toEqual(after);
      },
    );

    test('ComposeDown, one project: leaves what another container refers to, even if that never ran', async () => {
      const own = '--label com.docker.compose.oneoff=False --label com.docker.compose.project=lender';
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

    test('BuildCachePrune: removes what no build uses, as its dry run reported, and no image', async () => {
      await build(host, 'one', { one: 100 }, 'built');
      await build(host, 'two', { one: 100, two: 100 }, 'built');
      const [before, cached] = [await stateOf(host), await buildCache(host)];
      expect(cached.some(({ Shared }) => Shared)).toBe(true);
      const young = await runTask(host, new BuildCachePrune());
      expect(young.result).toMatchObject({ outcome: 'nothing', removed: { cacheRecords: 0 } });

      const task = new BuildCachePrune({ olderThan: AT_ONCE });
      const dry = await runTask(host, task, true);
      expect(await buildCache(host)).toEqual(cached);
      const { result } = await runTask(host, task);
      const left = await buildCache(host);
      expect(left).toEqual(cached.filter(({ Shared }) => Shared));
      expect(result.removed).toEqual({ cacheRecords: cached.length - left.length });
      expect(dry.result.removed).toEqual(result.removed);
      expect(await stateOf(host)).toEqual(before);
      expect((await runTask(host, task)).result).toMatchObject({ outcome: 'nothing' });
    });

    test('BuildCachePrune: keeps the last used records up to `keepStorage`, as its dry run reported', async () => {
      await build(host, 'first', { one: 8_000_000, two: 7_000_000 });
      await build(host, 'second', { one: 5_000_000 });
      const cached = await buildCache(host);
      const keep = sizeOf(cached) - 16_000_000;
      const going = leastRecentlyUsed(cached, keep);
      expect(going.length).toBeGreaterThan(1);
      expect(going.length).toBeLessThan(cached.length);
      const task = new BuildCachePrune({ olderThan: AT_ONCE, keepStorage: Size.bytes(keep) });
      for (const shell of SHELLS) {
        const { result } = await runTask(host.withShell(shell), task, true);
        expect(result).toMatchObject({ outcome: 'done', removed: { cacheRecords: going.length } });
      }
      expect(await buildCache(host)).toEqual(cached);

      const { result } = await runTask(host, task);
      expect(result).toMatchObject({ outcome: 'done', removed: { cacheRecords: going.length } });
      const left = await buildCache(host);
      expect(left).toEqual(cached.filter((record) => !going.includes(record)));
      expect((await runTask(host, task)).result).toMatchObject({ outcome: 'nothing' });
      expect(await buildCache(host)).toEqual(left);
    });
  });
});

/** What a line of the Engine's state begins with. */
function keyOf(line: string): string {
  const [kind = '', name = ''] = line.split(' ');
  return `${kind} ${kind === 'image' ? name.replace('sha256:', '').slice(0, 12) : name}`;
}

/** The same of a listed object; nothing of a project, because the Engine has no object for it. */
function stateKey({ kind, id, name = '' }: ListedObject): string | [] {
  if (kind === 'projects') return [];
  return `${objectWord(kind)} ${kind === 'containers' || kind === 'networks' ? name : id}`;
}

/** Everything that a list says except ages, which differ between two runs, with the fates of a real run. */
function factsOf(objects: readonly ListedObject[]): string[] {
  return objects.map(({ fate, kind, id, name, project, size }) =>
    [fate === 'would-remove' ? 'removed' : fate, kind, id, name, project, size].join(' '),
  );
}

/** Removes the identifiers of images, which differ from store to store. */
function withoutIdentifiers(state: EngineState): string[] {
  return state
    .map((line) => {
      const [, tags] = /^image \S+ (.*)$/.exec(line) ?? [];
      return tags === undefined ? line : `image ${JSON.stringify((JSON.parse(tags) as string[]).sort())}`;
    })
    .sort();
}
