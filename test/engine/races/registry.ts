import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import type { PrivateHost } from '../../../local/host/private-host';

/**
 * The images of a registry, by reference without its host, e.g. `app:2`. An image has a layer with busybox,
 * followed by layers of one file each: /file-1 and so on. Images share these layers. The registry sends the
 * layers that all have in common at once. Gate 1 holds up the next layer, and so on.
 */
export interface Shelf {
  readonly [reference: string]: {
    readonly layers: number;
    readonly labels: Readonly<Record<string, string>>;
  };
}

/**
 * A registry on a host's loopback, from which Docker pulls images without TLS. It sends layers slowly and
 * stops half-way at a gate. So a test decides for how long a pull is in progress.
 */
export interface Registry {
  /** Opens the gate of this number and all before it. */
  open(gate: number): void;
  /** Resolves once this many requests wait at closed gates. Their senders are then in the middle of work. */
  waiting(requests: number): Promise<void>;
  stop(): Promise<void>;
}

/** Where the host's Docker finds the registry. */
export const REGISTRY = '127.0.0.1:5000';

/** The URL that a build's RUN fetches to last until the gate opens. It needs the host's network. */
export const gateUrl = (gate: number): string => `http://${REGISTRY}/gate/${gate}`;

/** Starts a registry in the host's network. It ends with `stop`, with the host, or with this process. */
export async function startRegistry(host: PrivateHost, shelf: Shelf): Promise<Registry> {
  const tsx = require.resolve('tsx/cli');
  const [program = '', ...args] = host.enter([process.execPath, tsx, __filename, JSON.stringify(shelf)]);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let waiting: number[] = [];
  let opened = 0;
  const watchers = new Set<() => void>();
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      waiting = JSON.parse(line) as number[];
      resolve();
      for (const watcher of watchers) watcher();
    });
    void ended.then(() => reject(new Error('the registry ended early')));
  });
  return {
    open: (gate) => {
      opened = gate;
      child.stdin.write(`${gate}\n`);
    },
    waiting: (requests) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (waiting.filter((gate) => gate > opened).length < requests) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** The content of /file-n of an image, which cannot be compressed. */
export function fileContent(n: number): Buffer {
  return createHash('shake256', { outputLength: 200_000 }).update(`file ${n}`).digest();
}

/** The number of pieces in which a blob is sent, and the pause between them. */
const PIECES = 20;
const PAUSE_MS = 40;

interface Blob {
  readonly bytes: Buffer;
  readonly type: string;
  readonly gate: number;
}

class Server {
  private readonly blobs = new Map<string, Blob>();
  private readonly tags = new Map<string, string>();
  private readonly opened: (() => void)[] = [];
  private gate = 0;
  private readonly waiting: number[] = [];

  constructor(shelf: Shelf) {
    const work = mkdtempSync(join(tmpdir(), 'registry-'));
    const layers: Buffer[] = [];
    const diffIds: string[] = [];
    const counts = Object.values(shelf).map((image) => image.layers);
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    for (let n = 0; n <= most; n++) {
      mkdirSync(join(work, `${n}/bin`), { recursive: true });
      if (n === 0) copyFileSync('/bin/busybox', join(work, '0/bin/busybox'));
      else writeFileSync(join(work, `${n}/file-${n}`), fileContent(n));
      const tar = spawnSync('tar', ['-c', '-C', join(work, String(n)), '.'], { maxBuffer: 1 << 26 }).stdout;
      diffIds.push(digest(tar));
      layers.push(spawnSync('gzip', ['-1'], { input: tar, maxBuffer: 1 << 26 }).stdout);
    }
    rmSync(work, { recursive: true });
    for (const [reference, image] of Object.entries(shelf)) {
      const docker = 'application/vnd.docker';
      const config = {
        architecture: 'amd64',
        os: 'linux',
        // The image is very old, so that only the time of its tag makes it young.
        created: '2020-01-01T00:00:00Z',
        config: { Labels: image.labels, Entrypoint: ['/bin/busybox'] },
        rootfs: { type: 'layers', diff_ids: diffIds.slice(0, image.layers + 1) },
      };
      const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
      const manifest = {
        schemaVersion: 2,
        mediaType: `${docker}.distribution.manifest.v2+json`,
        config: this.add(json(config), `${docker}.container.image.v1+json`, 0),
        layers: layers
          .slice(0, image.layers + 1)
          .map((layer, n) => this.add(layer, `${docker}.image.rootfs.diff.tar.gzip`, Math.max(0, n - least))),
      };
      this.tags.set(reference, this.add(json(manifest), manifest.mediaType, 0).digest);
    }
  }

  private add(
    bytes: Buffer,
    type: string,
    gate: number,
  ): { mediaType: string; size: number; digest: string } {
    const name = digest(bytes);
    this.blobs.set(name, { bytes, type, gate });
    return { mediaType: type, size: bytes.length, digest: name };
  }

  open(gate: number): void {
    this.gate = gate;
    for (const resolve of this.opened.splice(0)) resolve();
  }

  private async pass(gate: number): Promise<void> {
    if (this.gate >= gate) return;
    this.waiting.push(gate);
    this.tell();
    while (this.gate < gate) await new Promise<void>((resolve) => this.opened.push(resolve));
    this.waiting.splice(this.waiting.indexOf(gate), 1);
    this.tell();
  }

  /** Tells the test at which gates requests wait. */
  tell(): void {
    console.log(JSON.stringify(this.waiting));
  }

  async answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, kind = '', , object = '', name = ''] =
      /^\/(v2|gate)\/(\w+)?(?:\/(manifests|blobs)\/(.+))?$/.exec(url) ?? [];
    response.setHeader('Docker-Distribution-API-Version', 'registry/2.0');
    if (kind === 'gate') {
      await this.pass(Number(url.slice('/gate/'.length)));
      response.end(url);
      return;
    }
    const repository = url.split('/')[2];
    const found = object === 'manifests' ? (this.tags.get(`${repository}:${name}`) ?? name) : name;
    const blob = this.blobs.get(found);
    if (blob === undefined) {
      response.writeHead(url === '/v2/' ? 200 : 404).end();
      return;
    }
    const { bytes, type, gate } = blob;
    const headers = { 'Content-Type': type, 'Content-Length': bytes.length, 'Docker-Content-Digest': found };
    response.writeHead(200, headers);
    if (method === 'HEAD' || gate === 0) {
      response.end(method === 'HEAD' ? undefined : bytes);
      return;
    }
    const size = Math.ceil(bytes.length / PIECES);
    for (let n = 0; n < PIECES; n++) {
      if (n === PIECES / 2) await this.pass(gate);
      response.write(bytes.subarray(n * size, (n + 1) * size));
      await setTimeout(PAUSE_MS);
    }
    response.end();
  }
}

function digest(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

if (require.main === module) {
  const server = new Server(JSON.parse(process.argv[2] ?? '{}') as Shelf);
  const [address = '', port] = REGISTRY.split(':');
  createServer((request, response) => void server.answer(request, response)).listen(
    Number(port),
    address,
    () => server.tell(),
  );
  createInterface(process.stdin)
    .on('line', (line) => server.open(Number(line)))
    .on('close', () => process.exit());
}
