import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture } from '../host/process';
import type { Host } from '../host/private-host';
import { THIS_MACHINE } from '../setup/requirements';

const ANSWER_SECONDS = 15;

/** The forms of address that the Docker CLI takes in `DOCKER_HOST`. */
const ADDRESS = /^(unix:\/\/\/.+|(tcp|http|https|ssh):\/\/[^/]+.*)$/;

/**
 * Checks the form of an Engine's address.
 *
 * The Docker CLI takes `foo` for a machine of that name, and looks for it for a minute.
 *
 * @throws if it is not an address
 */
export function refuseNoAddress(engine: string): void {
  if (!ADDRESS.test(engine)) {
    throw new Error(
      `--engine ${JSON.stringify(engine)} is not the address of a Docker Engine; ` +
        'give e.g. unix:///var/run/docker.sock, tcp://HOST:2375 or ssh://USER@HOST',
    );
  }
}

/**
 * This machine with your own Engine.
 *
 * @throws if the Engine does not answer
 */
export async function userHost(engine: string): Promise<Host> {
  // For the keys of ssh:// addresses.
  const environment = { DOCKER_HOST: engine, HOME: process.env.HOME ?? '' };
  const { code, stderr } = await capture(['docker', 'version', '--format', '{{.Server.Version}}'], {
    environment: { ...environment, PATH: process.env.PATH ?? '' },
    timeoutSeconds: ANSWER_SECONDS,
  });
  if (code !== 0) {
    const complaint = stderr.trim().split('\n')[0] || `no answer within ${ANSWER_SECONDS} s`;
    throw new Error(
      `--engine ${JSON.stringify(engine)} does not answer: ${complaint}; start it, or give the address of another`,
    );
  }
  const lock = join(tmpdir(), `docker-housekeeping-${process.getuid?.()}`);
  return {
    enter: (argv) => [...argv],
    // Only root can write to the usual place.
    environment: { ...environment, ...(THIS_MACHINE.root ? {} : { HOUSEKEEPING_RUN_DIR: lock }) },
  };
}
