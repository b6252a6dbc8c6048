import { ALL_COMPOSE, PrivateHost, type PrivateHostOptions } from '../../../local/host/private-host';
import { remove } from './engine-api';
import { must } from './images';
import { takeSnapshot } from '../world/snapshot';

/** A kind of Docker host that people run, and what is the proof that a test really got it. */
export interface EngineKind {
  readonly options: PrivateHostOptions;
  readonly engine: RegExp;
  readonly store: 'classic' | 'containerd';
  readonly compose: RegExp;
}

const PLUG_IN = { hide: ['bin/docker-compose'] };
const TRIXIE: PrivateHostOptions = { toolchain: 'trixie', ...PLUG_IN };
const SID: PrivateHostOptions = { toolchain: 'sid', ...PLUG_IN };

/**
 * The matrix on which every task runs. Engine 26.1 with the classic store is left out: of the classic store it told the
 * least, between an older Engine and a newer one.
 */
export const ENGINES = {
  'Engine 20.10, classic store, Compose v1': {
    options: {},
    engine: /^20\.10\./,
    store: 'classic',
    compose: /^1\.29\./,
  },
  'Engine 26.1, containerd store, Compose v2': {
    options: { ...TRIXIE, imageStore: 'containerd' },
    engine: /^26\.1\./,
    store: 'containerd',
    compose: /^2\.26\./,
  },
  'Engine 28.5, classic store, Compose v2': {
    options: SID,
    engine: /^28\.5\./,
    store: 'classic',
    compose: /^2\.40\./,
  },
  'Engine 28.5, containerd store, Compose v2': {
    options: { ...SID, imageStore: 'containerd' },
    engine: /^28\.5\./,
    store: 'containerd',
    compose: /^2\.40\./,
  },
  'Engine 20.10, classic store, no Compose': {
    options: { hide: ALL_COMPOSE },
    engine: /^20\.10\./,
    store: 'classic',
    compose: /^none$/,
  },
} as const satisfies Readonly<Record<string, EngineKind>>;

/** Starts a host of a kind. Throws when the machine gives another version, store or Compose than the kind says. */
export async function startEngine(kind: EngineKind): Promise<PrivateHost> {
  const host = await PrivateHost.start(kind.options);
  const facts = await must(
    host,
    `docker version --format '{{.Server.Version}}'
    docker info --format '{{json .DriverStatus}}' | grep -q io.containerd.snapshotter && echo containerd || echo classic
    docker compose version --short 2>/dev/null || docker-compose version --short 2>/dev/null || echo none`,
  );
  const [engine = '', store, compose = ''] = facts.split('\n');
  if (!kind.engine.test(engine) || store !== kind.store || !kind.compose.test(compose)) {
    await host.stop();
    throw new Error(`wanted ${kind.engine}, ${kind.store}, ${kind.compose}, got ${facts}`);
  }
  return host;
}

/** Takes everything off the host but its images without the label `case.of`. */
export async function empty(host: PrivateHost): Promise<void> {
  const { images, containers, volumes, networks } = await takeSnapshot(host);
  await Promise.all(containers.map(({ id }) => remove(host, `/containers/${id}?force=1&v=1`)));
  await Promise.all([
    ...networks.map(({ id }) => remove(host, `/networks/${id}`)),
    ...volumes.map(({ id }) => remove(host, `/volumes/${id}?force=1`)),
    ...images
      .filter(({ labels }) => 'case.of' in labels)
      .map(({ id }) => remove(host, `/images/${id}?force=1`)),
  ]);
}
