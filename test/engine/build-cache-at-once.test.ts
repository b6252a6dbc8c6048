import { Duration } from 'aws-cdk-lib';
import { BuildCachePrune } from '../../lib';
import type { PrivateHost } from '../../local/private-host';
import { describeDocker } from '../support/docker';
import { ENGINES, startEngine } from './engines';
import { must } from './images';
import { runTask } from './run-task';
import { takeSnapshot } from './world/snapshot';

describeDocker('BuildCachePrune at an age of 0', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await startEngine(ENGINES['Engine 26.1, classic store, Compose v2']!);
  });
  afterAll(() => host.stop());

  test('takes what was used in this very second', async () => {
    await must(
      host,
      `mkdir /run/build && cd /run/build && echo one >one && printf '%s\\n' 'FROM scratch' 'COPY one /' >Dockerfile`,
    );
    // The prune comes right after a build that ends in the same second, without the time that a task takes before.
    const task = new BuildCachePrune({ olderThan: Duration.seconds(0) });
    await must(
      host,
      `mkdir -p /run/bin && printf '%s\\n' '#!/bin/sh' 'case $* in builder*) cd /run/build && date +%s.%N >one
        while case $(date +%N) in 0*) false ;; esac; do :; done
        DOCKER_BUILDKIT=1 /usr/bin/docker build -q -o - . >/dev/null ;; esac' 'exec /usr/bin/docker "$@"' >/run/bin/docker
      chmod +x /run/bin/docker && mount --bind /run/bin /usr/local/bin`,
    );
    expect((await runTask(host, task)).result.outcome).toBe('done');
    expect((await takeSnapshot(host)).cacheRecords).toEqual([]);
  });
});
