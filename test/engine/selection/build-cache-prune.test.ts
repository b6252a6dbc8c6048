import { Duration } from 'aws-cdk-lib';
import { BuildCachePrune } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { build, buildCache } from '../support/build-cache';
import { ENGINES, startEngine } from '../support/engines';
import { must } from '../support/images';
import { interpose, leaveAlone } from '../support/interpose';
import { runTask } from '../support/run-task';

describeDocker('BuildCachePrune', () => {
  const task = new BuildCachePrune({ olderThan: Duration.seconds(0) });
  let host: PrivateHost;
  beforeAll(async () => {
    host = await startEngine(ENGINES['Engine 28.5, classic store, Compose v2']);
  });
  afterAll(() => host.stop());

  test.each([
    { pruneFilters: ['label!=keep', 'until=999h'], age: 1 },
    { pruneFilters: ['until=999h'], age: 0 },
  ])('has no filters but its own, though root set for all prunes $pruneFilters', async (given) => {
    const { age, ...config } = given;
    await build(host, 'filtered', { file: 1000 });
    await must(
      host,
      'mkdir -p /run/root/.docker && cat >/run/root/.docker/config.json',
      JSON.stringify(config),
    );
    await must(host, `sleep ${2 * age}`);
    const place = {
      environment: { HOME: '/run/root' },
      enter: (argv: readonly string[]) => host.enter(argv),
    };
    const old = new BuildCachePrune({ olderThan: Duration.seconds(age) });
    const { removed } = (await runTask(place, old, true)).result;
    expect((await runTask(place, old)).result).toMatchObject({ outcome: 'done', removed });
    expect(await buildCache(host)).toEqual([]);
  });

  test('is done when it ends with its time', async () => {
    await build(host, 'late', { file: 1000 });
    await interpose(
      host,
      `case $call in docker\\ builder*)
        docker "$@"
        code=$?
        echo 4000000000.00 0.00 >/run/uptime
        mount --bind /run/uptime /proc/uptime
        exit "$code"
      esac`,
    );
    const { result } = await runTask(host, task);
    await must(host, 'umount /proc/uptime');
    await leaveAlone(host);
    expect(result).toMatchObject({ outcome: 'done' });
    expect(result.removed!.cacheRecords).toBeGreaterThan(0);
    expect(await buildCache(host)).toEqual([]);
  });

  test('takes what was used in this very second', async () => {
    // The prune comes right after a build that ends in the same second, without the time that a task takes before.
    await interpose(
      host,
      `case $call in docker\\ builder*)
        mkdir -p /run/build && cd /run/build && date +%s.%N >one
        printf '%s\\n' 'FROM scratch' 'COPY one /' >Dockerfile
        while case $(date +%N) in 0*) false ;; esac; do :; done
        DOCKER_BUILDKIT=1 /usr/bin/docker build -q -o - . >/dev/null
      esac`,
    );
    expect((await runTask(host, task)).result.outcome).toBe('done');
    expect(await buildCache(host)).toEqual([]);
  });
});
