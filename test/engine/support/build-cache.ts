import type { PrivateHost } from '../../../local/host/private-host';
import { ask } from './engine-api';
import { must } from './images';

/** A record of build cache, as the Engine itself tells it: to the byte and the nanosecond. */
export interface CacheRecord {
  readonly ID: string;
  readonly Size: number;
  readonly Shared: boolean;
  readonly LastUsedAt: string;
  /** Before Engine 23 the one, since then all that it was built upon: under this name, with its blank. */
  readonly Parent?: string;
  readonly ' Parents'?: readonly string[] | null;
}

/**
 * Builds with BuildKit, from a folder of its own; Debian's CLI brings what it takes, another before it on the PATH may
 * not.
 *
 * @param tag of the image; without one there is none, so that nothing of the cache is shared
 */
export async function build(
  host: PrivateHost,
  name: string,
  files: Readonly<Record<string, number>>,
  tag?: string,
): Promise<void> {
  const names = Object.keys(files);
  const folder = `/run/build/${name}`;
  await must(
    host,
    `set -e; mkdir -p ${folder} && cd ${folder}
    ${Object.entries(files)
      .map(([file, bytes]) => `head -c ${bytes} /dev/urandom >${file}`)
      .join('\n')}
    printf '%s\\n' 'FROM scratch' ${names.map((file) => `'COPY ${file} /${file}'`).join(' ')} >Dockerfile
    DOCKER_BUILDKIT=1 /usr/bin/docker build -q ${tag === undefined ? '-o -' : `-t ${tag}`} . >/dev/null`,
  );
}

/** The Engine's build cache, what was used longest ago first. */
export async function buildCache(host: PrivateHost): Promise<CacheRecord[]> {
  const { BuildCache } = await ask<{ BuildCache: CacheRecord[] | null }>(host, '/system/df');
  return (BuildCache ?? []).sort((a, b) => usedAt(a) - usedAt(b));
}

/** When a record was last used, in seconds. */
export function usedAt({ LastUsedAt }: CacheRecord): number {
  const [, fraction = ''] = /(\.\d+)/.exec(LastUsedAt) ?? [];
  return Math.floor(Date.parse(LastUsedAt) / 1000) + Number(fraction);
}

export const sizeOf = (records: readonly CacheRecord[]): number =>
  records.filter(({ Shared }) => !Shared).reduce((sum, { Size }) => sum + Size, 0);

/** What has to go for no more than that to be left, each record after those that were built upon it. */
export function leastRecentlyUsed(records: readonly CacheRecord[], keep: number): CacheRecord[] {
  const left = records.filter(({ Shared }) => !Shared).sort((a, b) => usedAt(a) - usedAt(b));
  const going: CacheRecord[] = [];
  while (sizeOf(left) > keep) {
    const held = left.flatMap(({ Parent = '', ' Parents': parents }) => parents ?? [Parent]);
    const next = left.findIndex(({ ID }) => !held.includes(ID));
    going.push(...left.splice(next, 1));
  }
  return going;
}
