import { spawn } from 'node:child_process';

/** The result of a command that has ended. */
export interface Captured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface CaptureOptions {
  readonly input?: string;
  /** @default - this process's environment */
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** After this many seconds the command is killed and its code is 137. @default - no limit */
  readonly timeoutSeconds?: number;
}

/** Runs a command to its end. Never throws on a code other than 0. */
export function capture(argv: readonly string[], options: CaptureOptions = {}): Promise<Captured> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: options.environment ?? process.env,
      cwd: options.cwd,
      timeout: options.timeoutSeconds === undefined ? undefined : options.timeoutSeconds * 1000,
      killSignal: 'SIGKILL',
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({
        code: code ?? 137,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
    child.stdin.on('error', () => undefined); // a command may end before it has read its input
    child.stdin.end(options.input ?? '');
  });
}
