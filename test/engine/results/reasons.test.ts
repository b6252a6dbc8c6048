import { Duration, Size } from 'aws-cdk-lib';
import { BuildCachePrune, ComposeDown } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { build, buildCache, leastRecentlyUsed } from '../support/build-cache';
import { alone, DIRECTORY } from '../support/compose-world';
import { ENGINES, startEngine } from '../support/engines';
import { must } from '../support/images';
import { RUN_DIR } from '../support/interpose';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';

describeDocker('on a host where', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await startEngine(Object.values(ENGINES)[0]!);
  });
  afterAll(() => host.stop());

  test('Compose cannot stop a project, the Engine stops it, and the report warns', async () => {
    await alone(host);
    // The files are valid. But Compose v1 reads the API version from its environment, and the Engine of this
    // host does not support that one.
    await must(host, `echo COMPOSE_API_VERSION=1.99 >${DIRECTORY}/.env`);
    const { result, log } = await runTask(host, new ComposeDown({ directory: DIRECTORY }));
    // The output of Compose may contain values of the files, so it is kept on the host.
    const said = `${RUN_DIR}/work/compose-said`;
    expect(log).toContain(said);
    expect(log).not.toContain('1.99');
    expect(await must(host, `cat ${said}`)).toContain('1.99');
    expect(result).toMatchObject({
      outcome: 'done',
      warnings: ['compose-stop-failed'],
      removed: { projects: 1, containers: 2, networks: 1, volumes: 0 },
    });
    expect((await stateOf(host)).filter((line) => line.startsWith('container '))).toEqual([]);
  });

  test('another client counts the disk usage, BuildCachePrune waits a little, then for the next run', async () => {
    await build(host, 'cache', { file: 1000 });
    const keep = 1;
    const going = leastRecentlyUsed(await buildCache(host), keep);
    // This volume takes minutes to count: it holds the whole of /usr many times.
    await must(
      host,
      `docker volume create large && cd /run/engine/volumes/large/_data
      for n in $(seq 200); do mkdir $n && mount --bind /usr $n || exit; done`,
    );
    await must(host, 'docker system df >/dev/null 2>&1 & echo $! >/run/df.pid; sleep 1');
    await must(host, "timeout 10 docker system df 2>&1 | grep 'already running'");
    const task = new BuildCachePrune({ olderThan: Duration.seconds(0), keepStorage: Size.bytes(keep) });
    const { result, exitCode } = await runTask(host, task);
    expect(result).toMatchObject({ outcome: 'skipped', reason: 'busy' });
    expect(exitCode).toBe(0);

    const waiting = runTask(host, task);
    await must(
      host,
      `asks() { grep -zqsx '[-]v' /proc/[0-9]*/cmdline; }
      until asks; do :; done
      while asks; do :; done
      umount -l /run/engine/volumes/large/_data/*
      # The Engine may still count the rest of one /usr for the first client, so end that client.
      kill $(cat /run/df.pid) || true`,
    );
    const { result: waited, log } = await waiting;
    expect(log).toContain('already running');
    expect(waited).toMatchObject({ outcome: 'done', removed: { cacheRecords: going.length } });
  });
});
