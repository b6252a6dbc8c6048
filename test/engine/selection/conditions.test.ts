import { Duration } from 'aws-cdk-lib';
import { ShellTask, VolumePrune } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { must } from '../support/images';
import { runTask } from '../support/run-task';

const kinds = Object.entries(ENGINES).filter(([name]) => /v1$|28.5, containerd/.test(name));
describe.each(kinds)('%s', (_name, kind) => {
  describeDocker('whenDiskUsedAbove', () => {
    let host: PrivateHost;
    const task = (whenDiskUsedAbove: number): VolumePrune =>
      new VolumePrune({
        labels: { application: 'todobackend' },
        olderThan: Duration.seconds(0),
        whenDiskUsedAbove,
      });
    const volume = (): Promise<string> =>
      host.docker('volume', 'create', '--label', 'application=todobackend', 'data');

    beforeAll(async () => {
      host = await startEngine(kind);
      await must(
        host,
        `mount -o remount,size=40m,nr_inodes=2000 /run/engine
      mount -t tmpfs tmpfs /var/lib && mkdir /var/lib/containerd && mount -t tmpfs -o size=10m tmpfs /var/lib/containerd
      mkdir /var/lib/elsewhere && mount -t tmpfs -o size=10m tmpfs /var/lib/elsewhere`,
      );
    });
    afterAll(() => host.stop());

    /** Per cent of blocks and inodes, as df of this machine tells them. */
    async function used(): Promise<number[]> {
      const told = await must(host, 'df --output=pcent,ipcent /run/engine | tail -n 1');
      return told
        .trim()
        .split(/[\s%]+/)
        .slice(0, 2)
        .map(Number);
    }

    test('leaves a host alone that has room, in a dry run too, and says how full it is', async () => {
      await volume();
      const [blocks = 0, inodes = 0] = await used();
      const highest = Math.max(blocks, inodes);
      for (const dryRun of [true, false]) {
        const { result, exitCode } = await runTask(host, task(highest), dryRun);
        expect(exitCode).toBe(0);
        expect(result).toMatchObject({ outcome: 'skipped', reason: 'disk-not-full' });
        expect(result.message).toContain(`blocks used: ${blocks} %, inodes used: ${inodes} %`);
        expect(result.message).toContain(`above ${highest} %`);
      }
      expect(await host.docker('volume', 'ls', '-q')).toBe('data');
      expect((await runTask(host, task(highest - 1))).result).toMatchObject({ outcome: 'done' });
    });

    test.each([
      ['blocks', 'head -c 25000000 /dev/zero >/run/engine/ballast'],
      ['inodes', 'mkdir /run/engine/ballast && cd /run/engine/ballast && seq 1200 | xargs touch'],
    ])('cleans a host that is short of %s alone', async (what, fill) => {
      await volume();
      await must(host, fill);
      try {
        const [blocks = 0, inodes = 0] = await used();
        const [high, low] = what === 'blocks' ? [blocks, inodes] : [inodes, blocks];
        expect(high).toBeGreaterThan(50);
        expect(low).toBeLessThan(50);
        expect((await runTask(host, task(50))).result).toMatchObject({
          outcome: 'done',
          removed: { volumes: 1 },
        });
      } finally {
        await must(host, 'rm -r /run/engine/ballast');
      }
    });

    test.each([
      ['a containerd of the host', '/var/lib/containerd', 'version = 3'],
      ['a containerd of the host that is configured so', '/var/lib/elsewhere', 'root = "/var/lib/elsewhere"'],
    ])('looks at the folder of %s where the images are in it', async (_what, folder, config) => {
      await volume();
      await must(
        host,
        `head -c 8000000 /dev/zero >${folder}/ballast
        mkdir -p /etc/containerd && mount -t tmpfs tmpfs /etc/containerd && echo '${config}' >/etc/containerd/config.toml`,
      );
      try {
        // The Engine's own containerd has its folder in the Engine's.
        expect((await runTask(host, task(70))).result.reason).toBe('disk-not-full');
        await must(host, 'mkdir -p /run/containerd && : >/run/containerd/containerd.sock');
        const { result } = await runTask(host, task(70));
        const containerd = kind.store === 'containerd';
        expect(result).toMatchObject(
          containerd
            ? { outcome: 'done', removed: { volumes: 1 } }
            : { outcome: 'skipped', reason: 'disk-not-full' },
        );
        // What comes free there is reclaimed too.
        const script = `rm ${folder}/ballast; echo '{"outcome":"done"}'`;
        const freed = (await runTask(host, new ShellTask({ script }))).result.bytesReclaimed;
        if (containerd) expect(freed).toBeGreaterThan(7_000_000);
        else expect(freed).toBeLessThan(1_000_000);
        expect((await runTask(host, task(70))).result.reason).toBe('disk-not-full');
      } finally {
        await must(host, 'rm -f /run/containerd/containerd.sock; umount /etc/containerd');
      }
    });

    test('does nothing where it cannot be seen how full the disk is', async () => {
      await volume();
      // An Engine on another machine says a folder that is not on this one.
      await must(
        host,
        `mkdir /run/bin && printf '%s\\n' '#!/bin/sh' 'exec docker-real "$@" | sed "s#/run/engine#/run/elsewhere#"' >/run/bin/docker
       cp "$(command -v docker)" /run/bin/docker-real && chmod +x /run/bin/docker && mount --bind /run/bin /usr/local/bin`,
      );
      const { result } = await runTask(host, task(0));
      expect(result).toMatchObject({ outcome: 'failed', reason: 'disk-unknown' });
      expect(await host.docker('volume', 'ls', '-q')).toBe('data');
    });
  });
});
