import { createHash } from 'node:crypto';
import type { PrivateHost } from '../../local/private-host';

/** An image as a test wants it; nothing about it is left to a builder. */
export interface ImageSpec {
  readonly labels?: Readonly<Record<string, string>>;
  /** ISO 8601. @default - a day ago */
  readonly created?: string;
  /** Without a tag the image is dangling from the start. */
  readonly tags?: readonly string[];
  /** Tells images apart that are otherwise alike, and gives them their size. */
  readonly payload?: string;
  /** Whether it has the static busybox, so that a container of it runs. */
  readonly busybox?: boolean;
  readonly volumes?: readonly string[];
}

let serial = 0;

export const DAY_AGO = (): string => new Date(Date.now() - 86_400_000).toISOString();

/** Loads the image into the host's Engine. @returns its identifier on the classic store */
export async function loadImage(host: PrivateHost, spec: ImageSpec = {}): Promise<string> {
  const folder = `/run/image-${++serial}`;
  const put = async (name: string, text: string): Promise<void> => {
    await must(host, `mkdir -p ${folder}/root && cat >${folder}/${name}`, text);
  };
  await put('root/payload', spec.payload ?? `payload ${serial}`);
  if (spec.busybox) await must(host, `mkdir ${folder}/root/bin && cp /bin/busybox ${folder}/root/bin/`);
  const pack = '--sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner';
  const diffId = await must(
    host,
    `cd ${folder} && tar ${pack} -c -C root -f layer.tar . && sha256sum layer.tar`,
  );
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: spec.created ?? DAY_AGO(),
    config: {
      Labels: spec.labels,
      Entrypoint: ['/bin/busybox', 'sh', '-c'],
      Volumes: Object.fromEntries((spec.volumes ?? []).map((path) => [path, {}])),
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${diffId.slice(0, 64)}`] },
    history: [{ created: spec.created ?? DAY_AGO() }],
  });
  await put('config.json', config);
  await put(
    'manifest.json',
    JSON.stringify([{ Config: 'config.json', RepoTags: spec.tags ?? null, Layers: ['layer.tar'] }]),
  );
  await must(
    host,
    `cd ${folder} && tar -c config.json manifest.json layer.tar | docker load -q && rm -r ${folder}`,
  );
  return `sha256:${createHash('sha256').update(config).digest('hex')}`;
}

/** Runs a line of shell on the host; throws with its complaint when it fails. */
export async function must(host: PrivateHost, script: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await host.run(['sh', '-c', script], input === undefined ? {} : { input });
  if (code !== 0) throw new Error(`${script} failed with code ${code}: ${stderr}`);
  return stdout.trim();
}
