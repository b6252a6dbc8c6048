import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PrivateHost } from '../../../local/host/private-host';
import { setArrival } from './arrival';
import { load } from './engine-api';
import { tar, type TarEntry } from './tar';

/** An image as a test wants it; nothing about it is left to a builder. */
export interface ImageSpec {
  readonly labels?: Readonly<Record<string, string>>;
  /** ISO 8601. @default - a day ago */
  readonly created?: string;
  /** When it came to the host, ISO 8601; only on the classic store. @default - when it was created */
  readonly arrived?: string;
  /** Without a tag the image is dangling from the start. */
  readonly tags?: readonly string[];
  /** Tells images apart that are otherwise alike, and gives them their size. */
  readonly payload?: string;
  /** Whether it has the static busybox, so that a container of it runs. */
  readonly busybox?: boolean;
  readonly volumes?: readonly string[];
}

let serial = 0;
let busybox: Buffer | undefined;

export const DAY_AGO = (): string => new Date(Date.now() - 86_400_000).toISOString();

/** Loads the image into the host's Engine. @returns its identifier on the classic store */
export async function loadImage(host: PrivateHost, spec: ImageSpec = {}): Promise<string> {
  const root = new Map<string, TarEntry>([['payload', spec.payload ?? `payload ${++serial}`]]);
  if (spec.busybox) {
    root.set('bin/busybox', { content: (busybox ??= readFileSync('/bin/busybox')), mode: 0o755 });
  }
  const layer = tar(root);
  const created = spec.created ?? DAY_AGO();
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created,
    config: {
      Labels: spec.labels,
      Entrypoint: ['/bin/busybox', 'sh', '-c'],
      Volumes: Object.fromEntries((spec.volumes ?? []).map((path) => [path, {}])),
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    history: [{ created }],
  });
  const manifest = [{ Config: 'config.json', RepoTags: spec.tags ?? null, Layers: ['layer.tar'] }];
  const files = { 'config.json': config, 'manifest.json': JSON.stringify(manifest), 'layer.tar': layer };
  await load(host, tar(new Map(Object.entries(files))));
  const id = `sha256:${sha256(config)}`;
  setArrival(host, id, new Date(spec.arrived ?? created));
  return id;
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Runs a line of shell on the host; throws with its complaint when it fails. */
export async function must(host: PrivateHost, script: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await host.run(['sh', '-c', script], input === undefined ? {} : { input });
  if (code !== 0) throw new Error(`${script} failed with code ${code}: ${stderr}`);
  return stdout.trim();
}
