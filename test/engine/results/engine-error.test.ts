import { Duration } from 'aws-cdk-lib';
import { DanglingImagePrune, UnusedImagePrune } from '../../../lib';
import type { TaskKind } from '../../../lib/tasks';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { interpose, leaveAlone } from '../support/interpose';
import { runTask } from '../support/run-task';
import { bystanders, engineState, TASK_WORLDS } from '../support/task-worlds';

/** The questions by which a task learns what there is. */
const QUESTIONS = ['ps', 'image ls', 'volume ls', 'network ls', 'system df'].map(
  (words) => `docker ${words} *`,
);
const asking = Object.entries(TASK_WORLDS).filter(([name]) => name !== 'ShellTask');

describeDocker('a question that the Engine answers with an error', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await startEngine(ENGINES['Engine 20.10, classic store, no Compose']);
    await bystanders(host);
    for (const [, { make }] of asking) await make(host);
  });
  afterEach(() => leaveAlone(host));
  afterAll(() => host.stop());

  const CASES = {
    'engine-error, where it answers the next one': {
      answer: `echo 'WARNING: of the CLI' >&2; echo 'Error response from daemon: some fault' >&2; exit 1`,
      next: ':',
      told: { reason: 'engine-error', message: 'Error response from daemon: some fault' },
    },
    'engine-error with the code of a CLI that says nothing': {
      answer: 'exit 137',
      next: ':',
      told: { reason: 'engine-error', message: 'the Docker CLI ended with code 137 and no message' },
    },
    'docker-unreachable, where it answers no other either': {
      answer: `echo 'Cannot connect to the Docker daemon' >&2; exit 1`,
      next: `case $call in docker\\ version*) exit 1 ;; esac`,
      told: { reason: 'docker-unreachable' },
    },
  };
  const cases = asking.flatMap(([name]) => Object.keys(CASES).map((fault) => [name, fault] as const));

  test.each(cases)('%s: is %s, and nothing is removed', async (name, fault) => {
    const { answer, next, told } = CASES[fault as keyof typeof CASES];
    const before = await engineState(host);
    await interpose(
      host,
      `case $call in ${QUESTIONS.join('|').replaceAll(' ', '\\ ')}) ${answer} ;; esac\n${next}`,
    );
    // A prune of build cache asks nothing before it removes.
    const { result, exitCode } = await runTask(
      host,
      TASK_WORLDS[name as TaskKind].task,
      name === 'BuildCachePrune',
    );
    expect(result).toMatchObject({ outcome: 'failed', ...told });
    expect(exitCode).toBe(1);
    expect(await engineState(host)).toEqual(before);
  });
});

const containerd = Object.entries(ENGINES).filter(([, { store }]) => store === 'containerd');
const CONTENT = '/run/engine/containerd/daemon/io.containerd.content.v1.content/blobs/sha256';
const labels = { stage: 'preview' };
const selection = { labels, olderThan: Duration.seconds(0) };

describe.each(containerd)('%s', (_name, kind) => {
  describeDocker('an image whose configuration the store has lost', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await startEngine(kind);
    });
    afterAll(() => host.stop());

    test('is left, and no task says that the daemon stopped answering', async () => {
      await loadImage(host, { labels, tags: ['app:lost'], payload: 'lost' });
      await must(host, `cd ${CONTENT} && rm $(grep -l diff_ids $(find . -type f -size -3k))`);
      await loadImage(host, { labels, tags: ['app:1'] });
      await loadImage(host, { labels });
      for (const task of [
        new UnusedImagePrune({ ...selection, keepNewest: 0 }),
        new DanglingImagePrune(selection),
      ]) {
        expect((await runTask(host, task)).result).toMatchObject({ outcome: 'done', removed: { images: 1 } });
      }
      // Some Engines cannot list it.
      expect(await host.docker('image', 'rm', 'app:lost')).toContain('Untagged: app:lost');
    });
  });
});
