/**
 * How many images per command, and how many commands at once, remove dangling images fastest?
 *
 * The variants take turns and remove the same number of images on the same Engine. So the ratios hold
 * under any load of the machine. Run with `npx tsx benchmark/image-removal.ts`; needs root and Docker.
 */
import { PrivateHost, type PrivateHostOptions } from '../local/host/private-host';

const IMAGES = 60;
const ROUNDS = 2;

/** A shell script that removes the images whose identifiers are in /run/ids, one per line. */
const VARIANTS: Readonly<Record<string, string>> = {
  'one by one, as the Makefile': 'xargs -n 1 docker image rm --no-prune </run/ids',
  'all in one command': 'xargs docker image rm --no-prune </run/ids',
  'batches of 20': 'xargs -n 20 docker image rm --no-prune </run/ids',
  'batches of 20, 2 at once': 'xargs -n 20 -P 2 docker image rm --no-prune </run/ids',
  'batches of 20, 4 at once': 'xargs -n 20 -P 4 docker image rm --no-prune </run/ids',
  'batches of 20, 8 at once': 'xargs -n 20 -P 8 docker image rm --no-prune </run/ids',
  'batches of 5, 4 at once': 'xargs -n 5 -P 4 docker image rm --no-prune </run/ids',
  'one by one, 4 at once': 'xargs -n 1 -P 4 docker image rm --no-prune </run/ids',
};

const HOSTS: Readonly<Record<string, PrivateHostOptions>> = {
  'Engine 20.10, classic store': {},
  'Engine 26.1, containerd store': { toolchain: 'trixie', imageStore: 'containerd' },
};

async function makeImages(host: PrivateHost): Promise<void> {
  const make = `cd /run && mkdir -p root && : >ids && for i in $(seq ${IMAGES}); do
    head -c 100000 /dev/urandom >root/payload
    tar -c -C root payload | docker import --change 'LABEL application=todobackend' - >>ids || exit 1
  done`;
  const { code, stderr } = await host.run(['sh', '-c', make]);
  if (code !== 0) throw new Error(`images could not be made: ${stderr}`);
}

async function main(): Promise<void> {
  for (const [name, options] of Object.entries(HOSTS)) {
    const host = await PrivateHost.start(options);
    const seconds: Record<string, number[]> = {};
    for (let round = 0; round < ROUNDS; round++) {
      for (const [variant, script] of Object.entries(VARIANTS)) {
        await makeImages(host);
        const start = performance.now();
        const { code, stderr } = await host.run(['sh', '-c', script]);
        if (code !== 0) throw new Error(`${variant} failed: ${stderr}`);
        (seconds[variant] ??= []).push((performance.now() - start) / 1000);
      }
    }
    await host.stop();
    const best = (variant: string): number => Math.min(...(seconds[variant] ?? []));
    const base = best('one by one, as the Makefile');
    console.log(`\n${name}, ${IMAGES} images, best of ${ROUNDS}`);
    console.table(
      Object.keys(VARIANTS).map((variant) => ({
        variant,
        seconds: best(variant).toFixed(2),
        'of the Makefile’s time': `${Math.round((100 * best(variant)) / base)} %`,
      })),
    );
  }
}

void main();
