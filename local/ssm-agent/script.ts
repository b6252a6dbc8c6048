import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Host } from '../host/private-host';

/** How a script ended and what it wrote. */
export interface ScriptRun {
  /** The agent's code: -1 if a signal ended the script, 137 if the agent did at the timeout. */
  readonly exitCode: number;
  /** Why it ended: the text that the agent appends to standard error. */
  readonly ending: string;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export interface ScriptOptions {
  readonly host: Host;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** If it aborts, the script ends as after the cancellation of a command. */
  readonly signal?: AbortSignal;
}

/** The environment that systemd gives a service by default: without HOME. */
const SYSTEMD_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The working directory of the agent's systemd unit. */
const WORKING_DIRECTORY = '/usr/bin';

/**
 * Runs a script file as the SSM Agent does: `sh -c FILE` in its own process group, until its pipes are
 * closed. At the timeout the whole group gets SIGKILL, and no trap runs.
 */
export async function runScript(file: string, options: ScriptOptions): Promise<ScriptRun> {
  const { host, timeoutSeconds, signal } = options;
  const environment = { PATH: SYSTEMD_PATH, ...options.environment, ...host.environment };
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const [program = '', ...args] = host.enter([
    'env',
    '-i',
    '-C',
    WORKING_DIRECTORY,
    ...assignments,
    'sh',
    '-c',
    file,
  ]);
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));

  const over = new AbortController();
  const pipesClosed = once(child, 'close', { signal: over.signal }) as Promise<
    [number | null, string | null]
  >;
  let killed = false;
  const kill = (): void => {
    killed = true;
    killGroup(child.pid);
    // A process that left the group may hold the pipes open.
    // Like the agent, this function does not wait for such a process.
    const letGo = (): void => over.abort();
    if (child.exitCode === null && child.signalCode === null) child.once('exit', () => setImmediate(letGo));
    else letGo();
  };
  const timer = setTimeout(kill, timeoutSeconds * 1000);
  signal?.addEventListener('abort', kill, { once: true });
  try {
    const [code, endingSignal] = await pipesClosed.catch((error: unknown) => {
      if (!over.signal.aborted) throw error;
      return [null, 'SIGKILL'] as const;
    });
    const exitCode = killed ? 137 : (code ?? -1);
    const ending = code === null ? `signal: ${endingSignal ?? 'unknown'}` : `exit status ${code}`;
    return { exitCode, ending, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // All processes of the group had already ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
