import { ComposeDown } from '../../lib/tasks/compose-down';
import { ALL_COMPOSE, PrivateHost, type PrivateHostOptions } from '../../local/private-host';
import { describeDocker } from '../support/docker';
import { loadImage, must } from './images';
import { runTasks, SHELLS } from './run-task';

const HOSTS: [string, PrivateHostOptions, object][] = [
  ['Engine 20.10, Compose v1', {}, { engine: /^20\.10/, store: 'classic', compose: /^1\.29/ }],
  [
    'Engine 26.1, containerd store, Compose plug-in',
    { toolchain: 'next', imageStore: 'containerd' },
    { engine: /^26\.1/, store: 'containerd', compose: /^2\./ },
  ],
  ['no Compose', { hide: ALL_COMPOSE }, { store: 'classic', compose: /^none$/ }],
];

describeDocker('the host step', () => {
  test.each(HOSTS)('%s: says what the host is, under every shell', async (_name, options, facts) => {
    const host = await PrivateHost.start(options);
    try {
      await loadImage(host, { tags: ['one:latest'] });
      await loadImage(host, { tags: ['two:latest'] });
      await host.docker('create', '--name', 'one', 'one', 'x');
      for (const shell of SHELLS) {
        const [step] = await runTasks(host.withShell(shell), [new ComposeDown({ project: 'none' })]);
        const patterns = Object.entries(facts).map(([name, value]) => [
          name,
          value instanceof RegExp ? (expect.stringMatching(value) as string) : (value as string),
        ]);
        expect(step?.result).toMatchObject({
          task: 'Host',
          outcome: 'done',
          host: { ...(Object.fromEntries(patterns) as object), images: 2, containers: 1 },
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
