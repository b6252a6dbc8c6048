import { Duration } from 'aws-cdk-lib';
import { DanglingImagePrune } from '../../../lib';
import { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { must } from '../support/images';
import { runTask } from '../support/run-task';
import { removeAll } from '../world/snapshot';

const labels = { application: 'todobackend' };

describeDocker('DanglingImagePrune after the legacy builder', () => {
  let host: PrivateHost;
  const now = (more: object = {}): DanglingImagePrune =>
    new DanglingImagePrune({ labels, olderThan: Duration.seconds(0), ...more });
  /** Builds an image of several steps; what stands in `last` makes it another one, the steps before stay the same. */
  const build = async (tag: string, first: string, last: string): Promise<string> => {
    const file = [
      'FROM scratch',
      'LABEL application=todobackend',
      `ENV FIRST=${first}`,
      'ENV SECOND=2',
      `ENV LAST=${last}`,
    ];
    const script = `mkdir -p /run/build && cd /run/build && cat >Dockerfile && DOCKER_BUILDKIT=0 docker build -q -t ${tag} .`;
    return (await must(host, script, file.join('\n'))).split('\n').at(-1)!;
  };
  beforeAll(async () => {
    host = await PrivateHost.start();
  });
  beforeEach(() => removeAll(host));
  afterAll(() => host.stop());

  test('takes the whole chain of what a rebuild left, as its dry run said, and nothing more the next time', async () => {
    await build('app', '1', '1');
    await build('app', '2', '1');
    const before = await allImages(host);
    const dry = await runTask(host, now(), true);
    const { result } = await runTask(host, now());
    // Of the first build: the image, and the steps that it does not share with the second.
    expect(result).toMatchObject({ outcome: 'done', removed: { images: 3 } });
    expect(dry.result.removed).toEqual(result.removed);
    expect(before.length - (await allImages(host)).length).toBe(3);
    expect((await runTask(host, now())).result).toMatchObject({ outcome: 'nothing' });
    await host.docker('create', 'app', 'x');
  });

  test('stops at a step that something else was built upon, has a tag, or is kept', async () => {
    await build('app', '1', '1');
    const other = await build('other', '1', '2');
    const middle = await host.docker('image', 'inspect', '--format', '{{.Parent}}', other);
    const below = await host.docker('image', 'inspect', '--format', '{{.Parent}}', middle);
    await host.docker('rmi', '--no-prune', 'other');
    await build('app', '2', '1');
    await host.docker('tag', below, 'step:kept');
    const { result } = await runTask(host, now());
    // The image of app, and the step under it: the next has a tag, and the image of other was removed before.
    expect(result).toMatchObject({ outcome: 'done', removed: { images: 2 } });
    expect(await allImages(host)).toContain(below);
    expect(await allImages(host)).not.toContain(middle);
  });
});

/** With those that only other images are built upon. */
async function allImages(host: PrivateHost): Promise<string[]> {
  return (await host.docker('image', 'ls', '-aq', '--no-trunc')).split('\n');
}
