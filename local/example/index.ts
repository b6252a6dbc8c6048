import { randomBytes } from 'node:crypto';
import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyExample, type Example } from './verify-example';
import { takeInventory } from '../host/inventory';
import type { PrivateHost } from '../host/private-host';
import { capture } from '../host/process';

export type { Example } from './verify-example';

export interface ExampleOptions {
  /** Whether app's uWSGI ends on SIGTERM. @default false, as in the shipped compose file */
  readonly dieOnTerm?: boolean;
}

const SOURCES = join(__dirname, '..', '..', 'examples', 'todobackend');

/** The project's directory on the host. It is in the host's own /run, which is removed with the host. */
const DIRECTORY = '/run/todobackend';

/** Size of the file that each build adds. */
const ADDED_BYTES = 2 * 1024 * 1024;

/**
 * Builds todobackend several times on a private host's Engine, and starts its project. Old images of its stages
 * are then dangling. The function also makes objects that no task may touch.
 *
 * @throws if the Engine does not hold all this afterwards
 */
export async function createExample(host: PrivateHost, options: ExampleOptions = {}): Promise<Example> {
  const project = new Todobackend(host, options);
  await project.checkOut();

  // Each build takes the tag from the images of the build before it.
  const first = await project.build();
  await host.docker('tag', first.release, 'todobackend/release:1.0');
  const second = await project.build();
  await otherProject(host, second.release);
  const builds = [await project.build(), await project.build()];
  await project.build();
  const otherApplication = await project.buildForOtherApplication();

  await project.up();
  const expected = {
    directory: DIRECTORY,
    dangling: [first.test, second.test, ...builds.flatMap(({ test, release }) => [test, release])],
    tagged: first.release,
    usedByOtherProject: second.release,
    otherApplication,
  };
  return verifyExample(await takeInventory(host), expected);
}

/** Images of one build. */
interface Build {
  readonly test: string;
  readonly release: string;
}

/** The example's sources on a host, and the commands of its Makefile. */
class Todobackend {
  constructor(
    private readonly host: PrivateHost,
    private readonly options: ExampleOptions,
  ) {}

  async checkOut(): Promise<void> {
    const folder = this.fromHere('');
    await mkdir(folder);
    await cp(SOURCES, folder, { recursive: true, filter: (path) => path !== join(SOURCES, 'busybox') });
    const { stdout: busybox } = await capture(['sh', '-c', 'command -v busybox']);
    await copyFile(busybox.trim(), this.fromHere('busybox'));
    if (this.options.dieOnTerm) {
      const file = this.fromHere('docker-compose.yml');
      const shipped = await readFile(file, 'utf8');
      const changed = shipped.replace(/^( *- )--master$/m, '$&\n$1--die-on-term');
      if (changed === shipped)
        throw new Error("app's uWSGI is not started with --master in docker-compose.yml");
      await writeFile(file, changed);
    }
  }

  /** Changes the source, and builds test and release. */
  async build(): Promise<Build> {
    await writeFile(this.fromHere('src/build'), randomBytes(ADDED_BYTES));
    return { test: await this.buildStage('test'), release: await this.buildStage('release') };
  }

  /** Builds an image without a tag, like todobackend's old images, but with another application's label. */
  buildForOtherApplication(): Promise<string> {
    return this.command('docker', 'build', '-q', '--target=base', '--label=application=reports', '.');
  }

  async up(): Promise<void> {
    await this.buildStage('db');
    const compose = await this.compose();
    const detached = ['up', '-d', '--no-build', 'app', 'migrate', 'acceptance'];
    await this.command(...compose, ...detached);
    await this.command(...compose, 'run', '-T', 'app', 'python3', 'manage.py', 'collectstatic', '--no-input');
    const ended = await this.command(...compose, 'ps', '-a', '-q', 'migrate', 'acceptance');
    await this.host.docker('wait', ...ended.split('\n'));
  }

  private buildStage(stage: string): Promise<string> {
    return this.command('docker', 'build', '-q', `--target=${stage}`, '-t', `todobackend/${stage}`, '.');
  }

  private async compose(): Promise<string[]> {
    const plugin = await this.host.run(['docker', 'compose', 'version']);
    return plugin.code === 0 ? ['docker', 'compose'] : ['docker-compose'];
  }

  /** Runs a command in the project's directory on the host and returns its output. */
  private async command(...argv: string[]): Promise<string> {
    // This uses the legacy builder, which every Engine has. BuildKit needs a plug-in that a host may lack.
    const there = ['env', '-C', DIRECTORY, 'DOCKER_BUILDKIT=0', ...argv];
    const { code, stdout, stderr } = await this.host.run(there);
    if (code !== 0) {
      throw new Error(`${argv.join(' ')} failed with code ${code} on the private host: ${stderr.trim()}`);
    }
    return stdout.trim();
  }

  /** Returns the path on this machine of a file in the project's directory. */
  private fromHere(path: string): string {
    return join(`/proc/${this.host.pid}/root`, DIRECTORY, path);
  }
}

/** Makes a stopped project whose container uses an image of todobackend. */
async function otherProject(host: PrivateHost, image: string): Promise<void> {
  const label = '--label=com.docker.compose.project=reports';
  await host.docker('network', 'create', label, 'reports_default');
  await host.docker('volume', 'create', label, 'reports_data');
  const mount = ['--network=reports_default', '--volume=reports_data:/data'];
  await host.docker('run', '--name=reports_nightly_1', label, ...mount, image, 'true');
}
