import { Duration } from 'aws-cdk-lib';
import { DanglingImagePrune, UnusedImagePrune } from '../../../lib';
import { KEEP_LABEL } from '../../../lib/contract';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { type ImageSpec, loadImage } from '../support/images';
import { before, interpose, leaveAlone } from '../support/interpose';
import { runTask, type TaskRun } from '../support/run-task';
import { engineState } from '../support/task-worlds';

const HOSTS = {
  'classic store of Engine 20.10': ENGINES['Engine 20.10, classic store, no Compose'],
  'containerd store of Engine 26.1': ENGINES['Engine 26.1, containerd store, Compose v2'],
  'classic store of Engine 28.5': ENGINES['Engine 28.5, classic store, Compose v2'],
  'containerd store of Engine 28.5': ENGINES['Engine 28.5, containerd store, Compose v2'],
};

const AT_ONCE = Duration.seconds(0);
/** Starts a container that runs for as long as the test. */
const RUN = `run -d --entrypoint /bin/busybox`;
const SLEEP = 'sleep 10000';

let serial = 0;

/** Loads an image. @returns its identifier, which differs from store to store */
async function load(host: PrivateHost, spec: ImageSpec): Promise<string> {
  const mark = `serial-${++serial}`;
  await loadImage(host, { ...spec, labels: { ...spec.labels, [mark]: '' } });
  const ids = await host.docker('image', 'ls', '-aq', '--no-trunc', '--filter', `label=${mark}`);
  return ids.split('\n')[0]!;
}

describe.each(Object.entries(HOSTS))('while images are removed from the %s', (_name, kind) => {
  describeDocker('other things happen', () => {
    let host: PrivateHost;
    /** An image that no task selects. */
    let another: string;
    beforeAll(async () => {
      host = await startEngine(kind);
      another = await load(host, { tags: ['another:latest'], busybox: true });
    });
    afterEach(() => leaveAlone(host));
    afterAll(() => host.stop());

    /** Each test has its own labels, so that it does not meet what another test left. */
    let app: string;
    let labels: { application: string };
    beforeEach(() => {
      app = `app-${++serial}`;
      labels = { application: app };
    });
    const tagged = (tag: string, image: string): string => `tag ${app}:${tag} ${image}`;
    const ours = async (): Promise<string[]> =>
      (await engineState(host)).filter((line) => / app-\d+:/.test(line) && line.includes(`${app}:`));

    describe('DanglingImagePrune', () => {
      const prune = (): Promise<TaskRun> =>
        runTask(host, new DanglingImagePrune({ labels, olderThan: AT_ONCE }));
      const lastLook = 'docker image inspect --format {{.ID}} {{json .RepoTags}} *';
      const removal = 'docker image rm *';
      const dangling = async (): Promise<string[]> => [
        await load(host, { labels }),
        await load(host, { labels }),
        await load(host, { labels, busybox: true }),
        await load(host, { labels }),
        await load(host, { labels }),
      ];

      test('what is tagged, used or removed after it was listed is passed over', async () => {
        const [toTag, toCreate, toRun, toRemove, plain] = await dangling();
        await before(host, {
          'docker ps *': `docker tag ${toTag} ${app}:new; docker create --name ${app}-1 ${toCreate} x`,
          [removal]: `docker ${RUN} --name ${app}-2 ${toRun} ${SLEEP}; docker image rm ${toRemove}`,
        });
        const { result, exitCode } = await prune();
        expect(exitCode).toBe(0);
        expect(result).toMatchObject({
          outcome: 'done',
          removed: { images: 1 },
          passedOver: { tagged: 1, inUse: 2, gone: 1 },
        });
        const state = await engineState(host);
        expect(state).toEqual(
          expect.arrayContaining([
            tagged('new', toTag!),
            `image ${toCreate}`,
            `container /${app}-1`,
            `running /${app}-2`,
          ]),
        );
        expect(state).not.toContain(`image ${plain}`);
      });

      test('what is tagged or used after it was judged is passed over', async () => {
        const [toTag, toCreate, toRun, late, plain] = await dangling();
        await before(host, {
          [lastLook]: `docker tag ${toTag} ${app}:new; docker ${RUN} --name ${app}-2 ${toRun} ${SLEEP}`,
          [removal]: `docker create --name ${app}-1 ${toCreate} x; docker tag ${late} ${app}:late`,
        });
        const { result } = await prune();
        expect(result).toMatchObject({ outcome: 'done', passedOver: { tagged: 1, inUse: 2 } });
        const state = await engineState(host);
        expect(state).toEqual(
          expect.arrayContaining([
            tagged('new', toTag!),
            `image ${toCreate}`,
            `container /${app}-1`,
            `running /${app}-2`,
          ]),
        );
        expect(state).not.toContain(`image ${plain}`);
        // No client can prevent this: an image that gets a tag at the very last instant is lost with it.
        // A warning reports it.
        expect(state).not.toContain(`image ${late}`);
        expect(result).toMatchObject({ removed: { images: 2 }, warnings: ['tag-removed'] });
      });

      test.each([
        ['checked', 'docker inspect --type image *Created*'],
        ['checked for the last time', lastLook],
      ])(
        'an image that another client removes before it is %s is counted once, as gone',
        async (_when, call) => {
          for (const dryRun of call === lastLook ? [false] : [true, false]) {
            const image = await load(host, { labels });
            await before(host, { [call]: `docker image rm ${image}` });
            const { result } = await runTask(
              host,
              new DanglingImagePrune({ labels, olderThan: AT_ONCE }),
              dryRun,
            );
            expect(result).toMatchObject({ outcome: 'nothing', removed: { images: 0 } });
            expect(result.passedOver).toEqual({ gone: 1 });
          }
        },
      );

      test.each(['inspect', 'rm'])(
        'another error of image %s fails the task and is reported',
        async (command) => {
          const image = await load(host, { labels });
          const refuse = `echo 'Error response from daemon: disk on fire' >&2; exit 1`;
          await interpose(host, `case $call in docker\\ image\\ ${command}*) ${refuse} ;; esac`);
          const { result, exitCode } = await prune();
          expect(exitCode).toBe(1);
          expect(result).toMatchObject({ outcome: 'failed', reason: 'not-removed', removed: { images: 0 } });
          expect(result.message).toContain('disk on fire');
          expect(await engineState(host)).toContain(`image ${image}`);
        },
      );
    });

    describe('UnusedImagePrune', () => {
      const prune = (): Promise<TaskRun> =>
        runTask(host, new UnusedImagePrune({ labels, keepNewest: 0, olderThan: AT_ONCE }));
      const image = (...tags: string[]): Promise<string> =>
        load(host, { labels, tags: tags.map((tag) => `${app}:${tag}`), busybox: tags[0] === 'run' });

      test('what is tagged, used or removed after it was listed is passed over, and no tag is lost', async () => {
        await image('plain', 'plain-too');
        const more = await image('more', 'more-too');
        const single = await image('single');
        const less = await image('less', 'less-too');
        await image('moved');
        const used = await image('used', 'used-too');
        const toRun = await image('run', 'run-too');
        const gone = await image('gone');
        await before(host, {
          // The task makes this call after it has checked the images.
          [`docker image ls *${KEEP_LABEL}*`]: [
            `docker tag ${more} ${app}:more-new && docker tag ${single} ${app}:single-new`,
            `docker tag another ${app}:less-too && docker tag another ${app}:moved`,
            `docker create --name ${app}-1 ${app}:used x && docker ${RUN} --name ${app}-2 ${toRun} ${SLEEP}`,
            `docker image rm ${gone}`,
          ].join('; '),
        });
        const { result, exitCode } = await prune();
        expect({ exitCode, result }).toMatchObject({
          exitCode: 0,
          result: { outcome: 'done', removed: { images: 1 }, passedOver: { tagged: 4, inUse: 2, gone: 1 } },
        });
        expect(await ours()).toEqual(
          [
            ...['more', 'more-too', 'more-new'].map((tag) => tagged(tag, more)),
            ...['single', 'single-new'].map((tag) => tagged(tag, single)),
            tagged('less', less),
            ...['less-too', 'moved'].map((tag) => tagged(tag, another)),
            ...['used', 'used-too'].map((tag) => tagged(tag, used)),
            ...['run', 'run-too'].map((tag) => tagged(tag, toRun)),
          ].sort(),
        );
      });

      test('images that are tagged, used or removed at the last moment are kept with all their tags', async () => {
        await image('plain', 'plain-too');
        const used = await image('used', 'used-too');
        const late = await image('late', 'late-too');
        const toRun = await image('run');
        const single = await image('single');
        const more = await image('more', 'more-too');
        const gone = await image('gone', 'gone-too');
        const rm = 'docker image rm --no-prune';
        await before(host, {
          [`${rm} ${app}:used*`]: `docker create --name ${app}-1 ${used} x`,
          [`${rm} ${late}`]: `docker create --name ${app}-2 ${late} x`,
          [`${rm} ${toRun}`]: `docker ${RUN} --name ${app}-3 ${toRun} ${SLEEP}`,
          [`${rm} ${single}`]: `docker tag ${single} ${app}:single-new`,
          [`${rm} ${more}`]: `docker tag ${more} ${app}:more-new`,
          [`${rm} ${gone}`]: `docker image rm ${gone}`,
        });
        const { result, exitCode } = await prune();
        expect({ exitCode, result }).toMatchObject({
          exitCode: 0,
          result: {
            outcome: 'done',
            removed: { images: 1 },
            passedOver: { inUse: 3, tagged: 2, gone: 1 },
          },
        });
        expect(await ours()).toEqual(
          [
            ...['used', 'used-too'].map((tag) => tagged(tag, used)),
            ...['late', 'late-too'].map((tag) => tagged(tag, late)),
            tagged('run', toRun),
            ...['single', 'single-new'].map((tag) => tagged(tag, single)),
            ...['more', 'more-too', 'more-new'].map((tag) => tagged(tag, more)),
          ].sort(),
        );
      });

      test('a tag that is added after the image lost its last one is kept, and so is the image', async () => {
        const other = `other-${app}:1`;
        const id = await load(host, { labels, tags: [`${app}:1`, other] });
        // The tag is added before the next call of any kind.
        await interpose(
          host,
          `case $call in
            *\\ rm\\ *${app}:1) : >"$place/untagged" ;;
            *) [ ! -e "$place/untagged" ] || [ -e "$place/come" ] || docker tag ${other} ${app}:new
              [ ! -e "$place/untagged" ] || : >"$place/come" ;;
          esac`,
        );
        const { result } = await prune();
        expect(await ours()).toEqual([tagged('1', id), tagged('new', id)]);
        expect(await engineState(host)).toContain(`tag ${other} ${id}`);
        expect(result).toMatchObject({ outcome: 'nothing', passedOver: { tagged: 1 } });
      });

      test('a tag that another image takes over after the tags were compared is kept with that image', async () => {
        await image('1', 'one');
        await before(host, {
          [`docker image inspect --format {{.ID}} ${app}:*`]: `docker tag another "\${call##* }"`,
        });
        const { result } = await prune();
        expect(await ours()).toEqual([expect.stringMatching(`^tag ${app}:(1|one) ${another}$`)]);
        expect(result).toMatchObject({ outcome: 'done', removed: { images: 1 } });
      });

      const untagging = (): string => `docker image rm --no-prune ${app}:*`;

      test('a tag that another image takes over at the very last instant is lost, which no client can prevent', async () => {
        await image('1', 'one');
        await before(host, { [untagging()]: `docker tag another ${app}:1; docker tag another ${app}:one` });
        const { result } = await prune();
        expect(await ours()).toHaveLength(1);
        expect(result).toMatchObject({ outcome: 'done', removed: { images: 1 } });
      });

      test('an image that takes it over and then has no other tag is lost too, and a warning reports it', async () => {
        await image('1', 'one');
        const victim = await load(host, { tags: [`victim-${app}:1`] });
        await before(host, {
          [untagging()]: `docker tag victim-${app}:1 "\${call##* }"; docker image rm victim-${app}:1`,
        });
        const { result } = await prune();
        expect(await engineState(host)).not.toContain(`image ${victim}`);
        expect(result).toMatchObject({
          outcome: 'done',
          removed: { images: 1 },
          warnings: ['tag-removed'],
        });
      });

      test('another error fails the task, is reported, and no tag is lost', async () => {
        const [twice, once] = [await image('1', 'one'), await image('2')];
        const refuse = `echo 'Error response from daemon: disk on fire' >&2; exit 1`;
        await interpose(host, `case $call in docker\\ image\\ rm\\ *sha256:*) ${refuse} ;; esac`);
        const { result, exitCode } = await prune();
        expect(exitCode).toBe(1);
        expect(result).toMatchObject({ outcome: 'failed', reason: 'not-removed', removed: { images: 0 } });
        expect(result.message).toContain('disk on fire');
        expect(await ours()).toEqual([tagged('1', twice), tagged('2', once), tagged('one', twice)]);
      });
    });
  });
});
