import { DanglingImagePrune } from '../../lib/tasks/dangling-image-prune';
import { PrivateHost } from '../../local/private-host';
import { describeDocker } from '../support/docker';
import { loadImage, must } from './images';
import { runTask } from './run-task';
import { stateOf } from './state';

const labels = { application: 'todobackend' };
const task = new DanglingImagePrune({ labels });

/** Puts a script before the host's docker, which sees the arguments first; the real one is `docker-real`. */
async function interpose(host: PrivateHost, script: string): Promise<void> {
  const install = `mkdir /run/bin && cat >/run/bin/docker && cp "$(command -v docker)" /run/bin/docker-real &&
    chmod +x /run/bin/docker && mount --bind /run/bin /usr/local/bin`;
  await must(host, install, `#!/bin/sh\n${script}\nexec docker-real "$@"`);
}

/** Has something happen right before the task runs, for the nth time, a docker command like this. */
function before(host: PrivateHost, command: string, nth: number, happening: string): Promise<void> {
  return interpose(
    host,
    `case $* in ${command})
      echo x >>/run/calls
      [ "$(wc -l </run/calls)" -ne ${nth} ] || (${happening}) >/dev/null 2>&1 ;;
    esac`,
  );
}

describeDocker('what happens while images are being removed', () => {
  let host: PrivateHost;
  let images: string[];
  beforeEach(async () => {
    host = await PrivateHost.start();
    images = [await loadImage(host, { labels }), await loadImage(host, { labels })];
  });
  afterEach(() => host.stop());

  test.each([
    ['after it was listed', 1],
    ['after it was judged', 2],
  ])('an image that is tagged %s stays', async (_when, nth) => {
    await before(host, 'image*inspect*', nth, `docker-real tag ${images[0]} todobackend:release`);
    const { result } = await runTask(host, task);
    expect(result).toMatchObject({ outcome: 'done', removed: { images: 1 }, passedOver: { tagged: 1 } });
    const state = await stateOf(host);
    expect(state).toContain(`image ${images[0]} ["todobackend:release"]`);
    expect(state).not.toContain(`image ${images[1]} []`);
  });

  test('an image that a container is made of, at the last moment, stays', async () => {
    await before(host, 'image\\ rm*', 1, `docker-real create --name late ${images[0]} x`);
    const { result } = await runTask(host, task);
    expect(result).toMatchObject({ outcome: 'done', removed: { images: 1 }, passedOver: { inUse: 1 } });
    expect(await stateOf(host)).toEqual(
      expect.arrayContaining([`image ${images[0]} []`, 'container late created']),
    );
  });

  test('a tag that comes in the very last instant is lost with its image, and the report says so', async () => {
    await before(host, 'image\\ rm*', 1, `docker-real tag ${images[0]} todobackend:release`);
    const { result } = await runTask(host, task);
    expect(result).toMatchObject({ outcome: 'done', removed: { images: 2 }, warnings: ['tag-removed'] });
  });

  test('an image that somebody else removes is no error', async () => {
    await before(host, 'image\\ rm*', 1, `docker-real image rm ${images[0]}`);
    const { result, exitCode } = await runTask(host, task);
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({ outcome: 'done', removed: { images: 1 }, passedOver: { gone: 1 } });
  });

  test.each(['inspect', 'rm'])(
    'another complaint of the Engine, at image %s, is a failure, and is told',
    async (command) => {
      const refuse = `echo 'Error response from daemon: disk on fire' >&2; exit 1`;
      await interpose(host, `case $* in image\\ ${command}*) ${refuse} ;; esac`);
      const { result, exitCode } = await runTask(host, task);
      expect(exitCode).toBe(1);
      expect(result).toMatchObject({ outcome: 'failed', reason: 'not-removed', removed: { images: 0 } });
      expect(result.message).toContain('disk on fire');
      await must(host, 'umount /usr/local/bin');
      expect(await stateOf(host)).toEqual(expect.arrayContaining(images.map((id) => `image ${id} []`)));
    },
  );
});
