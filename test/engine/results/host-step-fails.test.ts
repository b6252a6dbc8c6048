import { StoppedContainerPrune } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { must } from '../support/images';
import { RUN_DIR } from '../support/interpose';
import { runHostStep, runTasks } from '../support/run-task';

const task = new StoppedContainerPrune({ labels: { stage: 'preview' } });

describeDocker('the step host', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await startEngine(ENGINES['Engine 26.1, containerd store, Compose v2']);
  });
  afterAll(() => host.stop());

  test('fails where /run is full and the scripts cannot be stored, and says all the same what the host is', async () => {
    await must(
      host,
      `mkdir -p ${RUN_DIR} && mount -t tmpfs -o size=8k tmpfs ${RUN_DIR} && ! head -c 64k /dev/zero >${RUN_DIR}/ballast`,
    );
    try {
      const [facts, prune] = await runTasks(host, [task]);
      expect(facts).toMatchObject({
        exitCode: 1,
        result: { outcome: 'failed', reason: 'no-space', host: { store: 'containerd', containers: 0 } },
      });
      expect(prune?.result).toMatchObject({ outcome: 'failed', reason: 'script-missing' });
    } finally {
      await must(host, `umount ${RUN_DIR}`);
    }
  });

  test('sees how full the disk is on which the host’s own containerd keeps the images', async () => {
    /** A disk of its own, filled to so many per cent. */
    const disk = (path: string, percent: number): string =>
      `mkdir -p ${path} && mount -t tmpfs -o size=1000k tmpfs ${path} && head -c ${percent * 10}k /dev/zero >${path}/ballast`;
    const layer = (path: string): string =>
      `mkdir -p /run/over${path}/upper /run/over${path}/work &&
      mount -t overlay -o lowerdir=${path},upperdir=/run/over${path}/upper,workdir=/run/over${path}/work overlay ${path}`;
    await host.signalEngine('TERM');
    await must(
      host,
      `set -e; rm -rf /run/engine/*
      ${layer('/etc')}; ${layer('/var/lib')}
      ${disk('/run/content', 60)}
      ${disk('/var/lib/containerd', 80)}
      mkdir -p /etc/containerd && cat >/etc/containerd/config.toml
      containerd >/run/containerd.log 2>&1 &
      until [ -S /run/containerd/containerd.sock ]; do kill -0 $!; sleep 0.05; done`,
      'version = 2\nroot = "/run/content"\n',
    );
    // It takes the containerd that it finds.
    await host.startEngine();
    await must(host, '[ ! -e /run/engine/containerd/daemon ]');
    const percent = async (): Promise<number> =>
      (await runHostStep(host, [task])).result.host?.diskPercent ?? 0;
    expect(Math.round((await percent()) / 10)).toBe(6);
    await must(host, 'echo version = 2 >/etc/containerd/config.toml');
    expect(Math.round((await percent()) / 10)).toBe(8);
  });
});
