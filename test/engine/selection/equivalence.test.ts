import { KEEP_LABEL } from '../../../lib/contract';
import { ComposeDown } from '../../../lib';
import { DanglingImagePrune } from '../../../lib';
import { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { compose, composeFile, DIRECTORY, neighbours, POLITE, up } from '../support/compose-world';
import { DAY_AGO, loadImage, must, type ImageSpec } from '../support/images';
import { runTasks } from '../support/run-task';
import { difference, stateOf, type EngineState } from '../support/state';
import { removeAll } from '../world/snapshot';

/** The two lines of the Makefile, run in the project's directory. */
const MAKEFILE = `docker-compose down -v
docker images -q -f dangling=true -f label=application=todobackend | xargs -I ARGS docker rmi -f --no-prune ARGS`;

const labels = { application: 'todobackend' };
const TASKS = [
  new ComposeDown({ project: 'todobackend', removeVolumes: true }),
  new DanglingImagePrune({ labels }),
];

const created = DAY_AGO();
/** The same image on every Engine. It does not depend on when or where it is made. */
const image = (payload: string, spec: ImageSpec = {}): ImageSpec => ({ created, payload, labels, ...spec });

let hosts: readonly PrivateHost[] = [];

type World = (host: PrivateHost) => Promise<unknown>;

/** The part that all worlds share: a project, its images, and objects outside the project. */
const common: World = async (host) => {
  await removeAll(host);
  await must(host, 'rm -rf /run/projects');
  await neighbours(host, created);
  await loadImage(host, image('old build'));
  await loadImage(host, image('older build'));
  await loadImage(host, image('other', { labels: { application: 'other' } }));
  await loadImage(host, image('release', { tags: ['todobackend:release'] }));
  await up(host);
};

/** Brings two Engines into the same state. Cleans one by the Makefile and the other by the document. */
async function both(
  world: World,
): Promise<{ before: EngineState; makefile: EngineState; document: EngineState }> {
  await Promise.all(hosts.map(common));
  await Promise.all(hosts.map(world));
  const [one, other] = hosts as [PrivateHost, PrivateHost];
  const before = named(await stateOf(one));
  expect(named(await stateOf(other))).toEqual(before);
  await must(one, `cd ${DIRECTORY} && ${MAKEFILE}`);
  await runTasks(other, TASKS);
  return { before, makefile: named(await stateOf(one)), document: named(await stateOf(other)) };
}

/** Replaces the names that the Engine or Compose made up, because they differ between Engines. */
function named(state: EngineState): EngineState {
  return state
    .map((line) => line.replace(/[0-9a-f]{64}$/, 'anonymous').replace(/_run_[0-9a-f]{12}/, '_run_x'))
    .sort();
}

describeDocker('the Makefile and the document', () => {
  beforeAll(async () => {
    hosts = await Promise.all([PrivateHost.start(), PrivateHost.start()]);
  });
  afterAll(() => Promise.all(hosts.map((host) => host.stop())));

  test('leave the same images, containers, volumes and networks', async () => {
    const { before, makefile, document } = await both(async () => Promise.resolve());
    expect(document).toEqual(makefile);
    // Two containers, two images, one network, a named and an anonymous volume.
    expect(before.length - document.length).toBe(2 + 2 + 1 + 2);
  });

  test('leave the same with a one-off container', async () => {
    const { makefile, document } = await both((host) => compose(host, DIRECTORY, 'run', '-d', 'app', POLITE));
    expect(document).toEqual(makefile);
  });

  describe('differ for safety:', () => {
    /** What the Makefile removed and the document kept. */
    async function spared(world: World): Promise<string[]> {
      const { makefile, document } = await both(world);
      expect(difference(makefile, document).gone).toEqual([]);
      return difference(makefile, document).come;
    }

    test('the document keeps an image that a stopped container uses', async () => {
      const world: World = async (host) =>
        host.docker('create', '--name', 'other', await loadImage(host, image('used')), 'x');
      expect(await spared(world)).toEqual([expect.stringMatching(/^image /)]);
    });

    test('the document keeps an image younger than an hour, because a build may be in progress', async () => {
      const young = new Date(Date.now() - 60_000).toISOString();
      expect(await spared((host) => loadImage(host, image('young', { created: young })))).toHaveLength(1);
    });

    test('the document keeps an image with the keep label', async () => {
      const kept = { ...labels, [KEEP_LABEL]: '' };
      expect(await spared((host) => loadImage(host, image('kept', { labels: kept })))).toHaveLength(1);
    });

    test('the document keeps the whole project of a container with the keep label', async () => {
      const file = composeFile({ db: { labels: { [KEEP_LABEL]: '' } } });
      expect(await spared((host) => up(host, DIRECTORY, file))).toEqual(
        expect.arrayContaining([
          'container todobackend_app_1 running',
          'network todobackend_default',
          'volume todobackend_public',
        ]),
      );
    });

    test("the document keeps a volume that only the Compose file names, without the project's label", async () => {
      // Compose v1 removes every volume that its file names, even one that it did not create.
      const world: World = async (host) => {
        await host.docker('volume', 'create', 'todobackend_extra');
        const file = JSON.parse(composeFile()) as { volumes: Record<string, object> };
        file.volumes.extra = {};
        await must(host, `cat >${DIRECTORY}/docker-compose.yml`, JSON.stringify(file));
      };
      expect(await spared(world)).toEqual(['volume todobackend_extra']);
    });
  });

  test('differ in orphans: the document removes containers of services that are no longer in the file', async () => {
    const { makefile, document } = await both(async (host) => {
      await up(host, DIRECTORY, composeFile({ orphan: { command: [POLITE], network_mode: 'none' } }));
      await must(host, `cat >${DIRECTORY}/docker-compose.yml`, composeFile());
    });
    expect(difference(makefile, document)).toEqual({
      gone: ['container todobackend_orphan_1 running'],
      come: [],
    });
  });
});
