import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PrivateHost } from '../../../local/host/private-host';
import { must } from '../support/images';

/** The volume plug-in's name, as `docker volume create --driver` takes it. */
export const DRIVER = 'moody';
/** The option that makes a volume one that the plug-in does not always describe. */
export const UNDESCRIBED = 'undescribed=yes';

const PLUGINS = '/run/docker/plugins';
const SOCKET = `${PLUGINS}/${DRIVER}.sock`;
const MOOD = '/run/mood';

/** Starts the host's plug-in, once: an Engine that knows one goes on asking it. Python is there as Compose v1 needs it. */
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

/** Whether the plug-in answers, from now on, each question about such volumes, or breaks off. */
export function setMood(host: PrivateHost, mood: 'good' | 'bad'): void {
  const file = `/proc/${host.pid}/root${MOOD}`;
  if (mood === 'bad') writeFileSync(file, '');
  else rmSync(file, { force: true });
}
