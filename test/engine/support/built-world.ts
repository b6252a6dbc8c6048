import type { PrivateHost } from '../../../local/host/private-host';
import { compose, POLITE } from './compose-world';
import { must } from './images';

export const HOME = '/run/projects/shop';
export const BUILT = 'shop-app';

const DOCKERFILE = `FROM scratch
COPY busybox /bin/busybox
ENTRYPOINT ["/bin/busybox", "sh", "-c"]
`;

/** Has Compose build an image and start the project shop from it: BuildKit gives the image the project's labels. */
export async function buildShop(host: PrivateHost, service: object = {}): Promise<void> {
  const file = {
    services: { app: { build: '.', command: [POLITE], volumes: ['stock:/stock', '/scratch'], ...service } },
  };
  const volumes = { stock: {} };
  await must(host, `mkdir -p ${HOME} && cd ${HOME} && cp /bin/busybox . && cat >Dockerfile`, DOCKERFILE);
  await must(host, `cat >${HOME}/compose.yml`, JSON.stringify({ ...file, volumes }));
  // Without provenance, which only costs time.
  await must(host, `cd ${HOME} && BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker compose build -q`);
  await compose(host, HOME, 'up', '-d');
}

/** A container that runs, with data in a volume of its own without a name. */
export async function runByHand(host: PrivateHost, name: string, image: string, options = ''): Promise<void> {
  const script = `echo precious >/data/file; ${POLITE}`;
  await must(host, `docker run -d --network none --name ${name} ${options} -v /data ${image} "${script}"`);
  await must(host, `until docker exec ${name} /bin/busybox test -s /data/file; do sleep 0.05; done`);
}

/** What such a container has in its volume; fails where it does not run. */
export function dataOf(host: PrivateHost, name: string): Promise<string> {
  return host.docker('exec', name, '/bin/busybox', 'cat', '/data/file');
}
