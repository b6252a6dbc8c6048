import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PrivateHost } from '../../../local/host/private-host';
import { must } from '../support/images';

/** The name of the volume plug-in, for `docker volume create --driver`. */
export const DRIVER = 'moody';
/** The option for a volume that the plug-in does not always describe. */
export const UNDESCRIBED = 'undescribed=yes';

const PLUGINS = '/run/docker/plugins';
const SOCKET = `${PLUGINS}/${DRIVER}.sock`;
const MOOD = '/run/mood';

/** Starts the host's plug-in. It runs until the host ends, because an Engine keeps asking a plug-in that it knows. */
export async function startPlugIn(host: PrivateHost): Promise<void> {
  if (existsSync(`/proc/${host.pid}/root${SOCKET}`)) return;
  const program = join(__dirname, 'plug-in.py');
  await must(
    host,
    `mkdir -p ${PLUGINS}
    python3 '${program}' ${SOCKET} ${MOOD} >/run/plug-in.log 2>&1 &
    until [ -S ${SOCKET} ]; do kill -0 $! || exit; sleep 0.05; done`,
  );
}

/**
 * Sets whether the plug-in answers requests about volumes with the `UNDESCRIBED` option. In a bad mood it closes
 * the connection instead.
 */
export function setMood(host: PrivateHost, mood: 'good' | 'bad'): void {
  const file = `/proc/${host.pid}/root${MOOD}`;
  if (mood === 'bad') writeFileSync(file, '');
  else rmSync(file, { force: true });
}
