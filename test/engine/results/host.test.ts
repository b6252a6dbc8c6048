import { ComposeDown } from '../../../lib';
import { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { runTasks, SHELLS } from '../support/run-task';

describeDocker('the host step', () => {
  test.each(Object.entries(ENGINES))('%s: says what the host is, under every shell', async (_name, kind) => {
    const host = await startEngine(kind);
    try {
      await loadImage(host, { tags: ['one:latest'] });
      await loadImage(host, { tags: ['two:latest'] });
      await loadImage(host, { labels: { application: 'todobackend' } });
      await host.docker('create', '--name', 'one', 'one', 'x');
      await host.docker('volume', 'create', 'data');
      for (const shell of SHELLS) {
        const [step] = await runTasks(host.withShell(shell), [new ComposeDown({ project: 'none' })]);
        expect(step?.result).toMatchObject({
          task: 'Host',
          outcome: 'done',
          host: {
            engine: expect.stringMatching(kind.engine) as string,
            store: kind.store,
            compose: expect.stringMatching(kind.compose) as string,
            images: 3,
            danglingImages: 1,
            containers: 1,
            volumes: 1,
          },
        });
      }
    } finally {
      await host.stop();
    }
  });

  test('gives the use of the file system that holds the data', async () => {
    const host = await PrivateHost.start();
    try {
      await must(
        host,
        'mount -o remount,size=20m,nr_inodes=2000 /run/engine && head -c 9000000 /dev/zero >/run/engine/ballast',
      );
      const [step] = await runTasks(host, [new ComposeDown({ project: 'none' })]);
      const df = await must(
        host,
        `df -P --output=pcent,ipcent /run/engine 2>/dev/null || df --output=pcent,ipcent /run/engine`,
      );
      const [blocks, inodes] = df
        .split('\n')[1]!
        .trim()
        .split(/[\s%]+/)
        .map(Number);
      expect(blocks).toBeGreaterThan(40);
      expect(step?.result.host).toMatchObject({ diskPercent: blocks, inodePercent: inodes });
    } finally {
      await host.stop();
    }
  });
});
