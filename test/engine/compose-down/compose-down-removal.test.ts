import { ComposeDown } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { before, leaveAlone } from '../support/interpose';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';

const task = new ComposeDown({ project: 'shop', removeVolumes: true });
const OWN = '--network none --label com.docker.compose.oneoff=False --label com.docker.compose.project=shop';

/** Ends on SIGTERM; it has so many files that their removal takes the Engine seconds. */
const MANY_FILES = `trap 'exit 0' TERM; d=0
  while [ $d -lt 100 ]; do
    /bin/busybox mkdir /$d; i=0
    while [ $i -lt 1000 ]; do : >/$d/$i; i=$((i + 1)); done
    d=$((d + 1))
  done; : >/ready; /bin/busybox sleep 10000 & wait`;

describe.each(Object.entries(ENGINES).filter(([name]) => /v1$|26.1|28.5, classic/.test(name)))(
  '%s',
  (_name, kind) => {
    describeDocker('ComposeDown while the Engine removes containers', () => {
      let host: PrivateHost;
      beforeAll(async () => {
        host = await startEngine(kind);
      });
      beforeEach(async () => {
        await removeAll(host);
        await loadImage(host, { tags: ['service:latest'], busybox: true });
        await must(
          host,
          'docker volume create --label com.docker.compose.oneoff=False --label com.docker.compose.project=shop shop_data',
        );
      });
      afterEach(() => leaveAlone(host));
      afterAll(() => host.stop());

      const nothing = async (): Promise<boolean> =>
        !(await stateOf(host)).some((line) => /^(container|volume)/.test(line));

      test('what was started with --rm is waited for, and counted', async () => {
        const options = [
          '--rm',
          ...OWN.split(' '),
          '--name',
          'shop_app',
          '-v',
          'shop_data:/v',
          '-v',
          '/anon',
        ];
        await host.docker('run', '-d', ...options, 'service', MANY_FILES);
        await must(host, 'until docker exec shop_app /bin/busybox test -e /ready; do sleep 0.2; done');
        const removed = { projects: 1, containers: 1, volumes: 2 };
        expect((await runTask(host, task, true)).result).toMatchObject({ outcome: 'done', removed });
        const { result } = await runTask(host, task);
        expect(result).toMatchObject({ outcome: 'done', removed });
        expect(result).not.toHaveProperty('left');
        expect(await nothing()).toBe(true);
      });

      test('what the Engine cannot tell the name of is left all the same', async () => {
        await must(host, `docker create ${OWN} --name shop_app -v shop_data:/v service true`);
        const complaint = 'Cannot connect to the Docker daemon at unix:///run/docker.sock';
        await before(host, {
          'docker rm *': 'exit 1',
          'docker inspect *}} {{.Name}} *': `echo '${complaint}' >&2; exit 1`,
        });
        const { result } = await runTask(host, new ComposeDown({ project: 'shop' }));
        const id = await host.docker('ps', '-aq', '--filter', 'name=shop_app');
        expect(result).toMatchObject({ outcome: 'failed', reason: 'leftovers', left: [`container ${id}`] });
      });

      test('what goes after it was listed as left is neither named nor a failure', async () => {
        await must(host, `docker create ${OWN} --name shop_app -v shop_data:/v service true`);
        await before(host, {
          'docker rm *': 'exit 1',
          'docker inspect *}} {{.Name}} *': 'docker rm shop_app',
        });
        const { result } = await runTask(host, new ComposeDown({ project: 'shop' }));
        expect(result).toMatchObject({ outcome: 'done', removed: { projects: 1, containers: 1 } });
        expect(result).not.toHaveProperty('left');
      });
    });
  },
);
