import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { capture, type Captured, type CaptureOptions } from './process';
import { type DebianRelease, unpackRelease } from './debian-release';

/** A place where commands run as on a Docker host. */
export interface Host {
  /** Returns the argument list with which this machine runs a command on the host. */
  enter(argv: readonly string[]): string[];
  /** Variables of the host's environment besides the SSM Agent's own. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The options of a private host. */
export interface PrivateHostOptions {
  /**
   * Which Engine and Compose the host uses. `installed` are those of this machine. The others are those of a
   * release of Debian, unpacked into a cache:
   *
   * - `bookworm`: Engine 20.10, containerd 1.6, Compose 1.29
   * - `trixie`: Engine 26.1, containerd 1.7, Compose 2.26
   * - `sid`: Engine 28.5, containerd 2.1, Compose 2.40
   *
   * @default - the value of HOUSEKEEPING_TOOLCHAIN, which tests set; otherwise 'installed'
   */
  readonly toolchain?: 'installed' | DebianRelease;
  /** Files below /usr that the host does not have, e.g. `bin/docker-compose`. @default - none */
  readonly hide?: readonly string[];
  /** The Engine's image store; `containerd` needs Engine 24 or later. @default 'classic' */
  readonly imageStore?: 'classic' | 'containerd';
  /** Whether the host outlives this process. @default false */
  readonly outlive?: boolean;
}

/** The files of Compose v1 and v2 in Debian's packages. A host that hides them has no Compose. */
export const ALL_COMPOSE = ['bin/docker-compose', 'libexec/docker/cli-plugins/docker-compose'];

const START_SECONDS = 60;

/**
 * A separate Docker host on this machine. It has its own namespaces for network, mounts and processes,
 * a private /run and a private Engine whose data are in memory. The host and everything in it end when
 * you call `stop`, or when this process ends in any way. It needs root on Linux.
 */
export class PrivateHost implements Host {
  /** Starts a host and its Engine. If the Engine does not start, it throws with the Engine's log. */
  static async start(options: PrivateHostOptions = {}): Promise<PrivateHost> {
    const host = new PrivateHost(await firstProcess(options), options);
    try {
      await host.startEngine();
    } catch (error) {
      await host.stop();
      throw error;
    }
    return host;
  }

  readonly environment = {};

  private constructor(
    private readonly outer: ChildProcess & { readonly pid: number },
    private readonly options: PrivateHostOptions,
  ) {}

  /** The process id, on this machine, of the host's first process. */
  get pid(): number {
    const { pid } = this.outer;
    const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
    if (!child) throw new Error(`the private host's first process ${pid} has no child: it ended early`);
    return child;
  }

  private get cgroup(): string {
    return `docker-housekeeping-${this.outer.pid}`;
  }

  /** The path of the Engine's socket on this machine. */
  get socket(): string {
    return `/proc/${this.pid}/root/run/docker.sock`;
  }

  enter(argv: readonly string[]): string[] {
    return ['nsenter', '--target', String(this.pid), '--mount', '--net', '--pid', '--wdns=/', '--', ...argv];
  }

  /** Returns the same host with another program as its `sh`. It applies only to commands run through the result. */
  withShell(program: 'dash' | 'bash' | 'busybox'): Host {
    const bind = 'mount --bind "$1" "$(readlink -f /bin/sh)" && shift && exec "$@"';
    const path = `/usr/bin/${program}`;
    return {
      environment: this.environment,
      enter: (argv) => this.enter(['unshare', '--mount', 'bash', '-c', bind, 'bash', path, ...argv]),
    };
  }

  /** Runs a command on the host to its end. */
  run(argv: readonly string[], options: CaptureOptions = {}): Promise<Captured> {
    return capture(this.enter(argv), { ...options, environment: options.environment ?? ownEngineOnly() });
  }

  /**
   * Runs the Docker CLI on the host and returns its output. If the CLI fails, it throws with the CLI's error
   * message.
   */
  async docker(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(['docker', ...args]);
    if (code !== 0) throw new Error(`docker ${args.join(' ')} failed with code ${code}: ${stderr.trim()}`);
    return stdout.trim();
  }

  /** Starts the Engine, as after a reboot of the host. `start` does this the first time. */
  async startEngine(): Promise<void> {
    // The Engine gets its own configuration, so that this machine's /etc/docker/daemon.json has no effect.
    const features = { 'containerd-snapshotter': this.options.imageStore === 'containerd' };
    await this.run(['sh', '-c', 'cat >/run/daemon.json'], { input: JSON.stringify({ features }) });
    // The host's own network needs no filters or translation, and each rule costs the Engine a process.
    const network = '--iptables=false --ip6tables=false';
    const files = '--config-file /run/daemon.json --pidfile /run/docker.pid';
    const roots = `--cgroup-parent ${this.cgroup} --data-root /run/engine --exec-root /run/docker --host unix:///run/docker.sock`;
    // The Engine runs in the background of the host, so that it can outlive this process.
    const start = `dockerd ${files} ${network} ${roots} >/run/docker.log 2>&1 & echo "$!"`;
    const engine = (await this.run(['sh', '-c', start])).stdout.trim();
    const deadline = Date.now() + START_SECONDS * 1000;
    while ((await this.run(['docker', 'version'], { timeoutSeconds: START_SECONDS })).code !== 0) {
      const alive = (await this.run(['sh', '-c', `kill -0 ${engine}`])).code === 0;
      if (alive && Date.now() < deadline) {
        await setTimeout(50);
        continue;
      }
      const why = alive ? `does not answer after ${START_SECONDS} s` : 'ended';
      const log = await this.run(['tail', '-c', '2000', '/run/docker.log']);
      throw new Error(`the private host's dockerd ${why}; its log ends: ${log.stdout}`);
    }
  }

  /**
   * Sends the Engine a signal. SIGSTOP makes the Engine hang. After a signal that ends the Engine, the function
   * waits until it has ended.
   */
  async signalEngine(signal: 'TERM' | 'KILL' | 'STOP' | 'CONT'): Promise<void> {
    const ends = signal === 'TERM' || signal === 'KILL';
    const wait = ends ? 'while kill -0 "$engine" 2>/dev/null; do sleep 0.05; done' : ':';
    const script = `engine=$(cat /run/docker.pid) && kill -${signal} "$engine" && ${wait}`;
    const { code, stderr } = await this.run(['sh', '-c', script]);
    if (code !== 0) throw new Error(`could not signal the Engine: ${stderr}`);
  }

  /** Ends the host and everything in it. */
  async stop(): Promise<void> {
    if (this.outer.exitCode !== null || this.outer.signalCode !== null) return;
    const gone = new Promise((resolve) => this.outer.once('exit', resolve));
    this.outer.ref();
    process.kill(this.pid, 'SIGKILL');
    await gone;
    await this.removeControlGroups();
  }

  /** Removes the host's control groups, which outlive its namespaces. The kernel releases them a moment later. */
  private async removeControlGroups(): Promise<void> {
    const own = ['(', '-path', `*/${this.cgroup}`, '-o', '-path', `*/${this.cgroup}/*`, ')'];
    const remove = ['find', '/sys/fs/cgroup', '-depth', '-type', 'd', ...own, '-delete'];
    for (let tries = 0; tries < 100 && (await capture(remove)).code !== 0; tries++) await setTimeout(20);
  }
}

/** Returns this process's environment without the variables that could make the Docker CLI use your own Engine. */
function ownEngineOnly(): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => !/^(DOCKER|COMPOSE)_/.test(name));
  return { ...Object.fromEntries(own as [string, string][]), DOCKER_HOST: 'unix:///run/docker.sock' };
}

function toolchainByDefault(): 'installed' | DebianRelease {
  const { HOUSEKEEPING_TOOLCHAIN: release } = process.env;
  return release === 'bookworm' || release === 'trixie' || release === 'sid' ? release : 'installed';
}

/** Lists the CLI plug-ins of this machine that a release does not have. */
function foreignPlugIns(layer: string): string[] {
  return ['lib', 'libexec']
    .map((folder) => join(folder, 'docker', 'cli-plugins'))
    .flatMap((folder) =>
      existsSync(join('/usr', folder))
        ? readdirSync(join('/usr', folder)).map((name) => join(folder, name))
        : [],
    )
    .filter((path) => !existsSync(join(layer, path)));
}

async function firstProcess({
  toolchain = toolchainByDefault(),
  hide = [],
  outlive = false,
}: PrivateHostOptions): Promise<ChildProcess & { readonly pid: number }> {
  const layers = toolchain === 'installed' ? undefined : await unpackRelease(toolchain);
  // The host must not find a CLI in /usr/local before the release's CLI, nor plug-ins that the release lacks.
  const foreign = layers === undefined ? [] : ['local/bin/docker', ...foreignPlugIns(layers.over)];
  const hidden = [...new Set([...hide, ...foreign])];
  // The kernel ends the host with this process, however this process ends.
  const leash = outlive ? [] : ['setpriv', '--pdeathsig', 'KILL', '--'];
  const namespaces = [
    'unshare',
    '--net',
    '--mount',
    '--pid',
    '--fork',
    '--mount-proc',
    '--propagation',
    'private',
  ];
  const { over = '', under = '' } = layers ?? {};
  const script = ['sh', join(__dirname, 'private-host.sh'), over, hidden.join(':'), under];
  const [program = '', ...args] = [...leash, ...namespaces, ...(outlive ? [] : ['--kill-child']), ...script];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`the private host ended with code ${code}: ${complaint.trim()}`)),
    );
  });
  child.unref();
  return Object.assign(child, { pid: child.pid as number });
}
