import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { PrivateHost } from '../../../local/host/private-host';

/**
 * When an image came to a host with the classic store: when that wrote the image's configuration, in seconds since 1970.
 * Undefined with the containerd store.
 */
export function arrivalOf(host: PrivateHost, id: string): number | undefined {
  const file = configurationOf(host, id);
  return file === undefined ? undefined : Math.floor(statSync(file).mtimeMs / 1000);
}

/** Lets an image have come to the host at another time. */
export function setArrival(host: PrivateHost, id: string, time: Date): void {
  const file = configurationOf(host, id);
  if (file !== undefined) utimesSync(file, time, time);
}

function configurationOf(host: PrivateHost, id: string): string | undefined {
  const stores = `/proc/${host.pid}/root/run/engine/image`;
  if (!existsSync(stores)) return undefined;
  return readdirSync(stores)
    .map((driver) => join(stores, driver, 'imagedb/content', id.replace(':', '/')))
    .find((file) => existsSync(file));
}
