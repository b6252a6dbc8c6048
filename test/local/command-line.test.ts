import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createExample } from '../../local/example';
import { takeInventory } from '../../local/host/inventory';
import { PrivateHost } from '../../local/host/private-host';
import { describeDocker } from '../support/docker';

const ROOT = resolve(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'command-line-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `npm run local`, without npm in between. Its temporary files are in `folder`. */
class Local {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly code: Promise<number | null>;

  constructor(args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) {
    const argv = ['--import', 'tsx', join(ROOT, 'bin/local.ts'), ...args];
    const env = { ...process.env, TMPDIR: folder, ...environment };
    this.child = spawn(process.execPath, argv, { cwd: ROOT, env });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.code = once(this.child, 'close').then(([code]) => code as number | null);
  }

  /** Resolves when standard error holds the text. */
  async says(text: string): Promise<void> {
    while (!this.stderr.includes(text)) {
      await Promise.race([
        once(this.child.stderr as NodeJS.EventEmitter, 'data'),
        this.code.then(() =>
          Promise.reject(new Error(`ended without ${JSON.stringify(text)}: ${this.stderr}`)),
        ),
      ]);
    }
  }
}

describe('arguments', () => {
  test('--help lists every option', async () => {
    const local = new Local(['--help']);
    expect(await local.code).toBe(0);
    for (const option of ['--dry-run', '--json', '--html', '--engine', '--keep', '--yes'])
      expect(local.stdout).toContain(option);
  });

  test.each([
    [['--dryrun'], "Unknown option '--dryrun'"],
    [['now'], "Unexpected argument 'now'"],
    [['--json'], "'--json <value>' argument missing"],
    [['--engine', ''], '--engine is empty'],
    [['--html='], '--html is empty'],
    [['--keep', '--engine', 'unix:///x'], '--keep is for the private Engine'],
    [['--engine', 'foo'], '--engine "foo" is not the address of a Docker Engine; give e.g. unix:///'],
  ])('%j is refused', async (args, message) => {
    const local = new Local(args);
    expect(await local.code).toBe(2);
    expect(local.stderr).toContain(message);
    expect(local.stderr).toContain('--help');
  });

  test.each([
    ['dry_run', 'true', '--dry-run'],
    ['html', 'run.html', '--html'],
    ['keep', 'true', '--keep'],
  ])('an option before -- is refused, because npm took it: npm_config_%s', async (name, value, option) => {
    const local = new Local([], { [`npm_config_${name}`]: value });
    expect(await local.code).toBe(2);
    expect(local.stderr).toContain(`npm took ${option} for itself`);
    expect(local.stderr).toContain(`put -- before the options: npm run local -- ${option}`);
  });

  test.each(['--json', '--html'])(
    'a file for %s that cannot be written is refused before the run',
    async (option) => {
      const local = new Local([option, join(folder, 'missing', 'file')]);
      expect(await local.code).toBe(1);
      expect(local.stderr).toContain(`${option} "${folder}/missing/file" cannot be written: `);
      expect(local.stdout).toBe('');
    },
  );
});

describeDocker('an Engine that does not answer', () => {
  test('is reported in one line, with an exit code other than 0', async () => {
    const local = new Local(['--engine', `unix://${folder}/no.sock`]);
    expect(await local.code).toBe(1);
    expect(local.stderr.trim().split('\n').at(-1)).toMatch(
      /^--engine "unix:.*no\.sock" does not answer: .*; start it, or give the address of another$/,
    );
  });
});

describeDocker('--engine', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await PrivateHost.start();
    await createExample(host, { dieOnTerm: true });
  });
  afterAll(() => host?.stop());

  test('with --dry-run changes nothing there, and writes the report as published', async () => {
    const before = await takeInventory(host);
    const file = join(folder, 'run.json');
    const page = join(folder, 'run.html');
    const where = ['--engine', `unix://${host.socket}`];
    const local = new Local([...where, '--dry-run', '--json', file, '--html', page]);
    expect(await local.code).toBe(0);
    expect(await takeInventory(host)).toEqual(before);
    const event = readFileSync(file, 'utf8');
    expect(event).not.toContain('\n');
    expect(JSON.parse(event)).toMatchObject({
      type: 'run',
      RunsReported: 1,
      dryRun: true,
      removed: { projects: 1 },
    });
    expect(readFileSync(page, 'utf8')).toContain('<h1>Dry run of ');
    expect(local.stdout.split('\n')[0]).toBe('✓ All is well: nothing needs attention');
    expect(local.stdout).toContain('\nWould be removed\n');
    expect(local.stdout).toMatch(/container +todobackend\S* .* would be removed\n/);
    expect(local.stdout).not.toMatch(/ there$/m);
    for (const path of [file, page]) expect(local.stdout).toContain(`\n    ${path}\n`);
    expect(local.stderr).toMatch(/^step 1 of \d+: running step host \.\.\.$/m);
  });

  test('cleans as cdk.json configures, so new images are kept; a report that needs attention gives exit code 1', async () => {
    await host.docker(
      'create',
      '--name=holder',
      '--volume=todobackend_public:/public',
      'todobackend/release',
      'true',
    );
    const before = await takeInventory(host);
    const local = new Local(['--engine', `unix://${host.socket}`]);
    expect(await local.code).toBe(1);
    expect(local.stdout).toContain('leftovers');
    expect(local.stdout).toContain('volume todobackend_public');
    const after = await takeInventory(host);
    expect(after.images).toEqual(before.images);
    expect(after.containers.map(({ name }) => name).sort()).toEqual(['holder', 'reports_nightly_1']);
  });
});

describeDocker('being stopped', () => {
  /**
   * The process id namespaces of the processes that this one has started: its private host's, and its
   * containers'.
   */
  const namespaces = (parent: number): Set<string> => {
    const children = (pid: number): number[] => {
      try {
        return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
          .split(' ')
          .filter(Boolean)
          .map(Number);
      } catch {
        return []; // it has ended
      }
    };
    const descendants = (pid: number): number[] =>
      children(pid).flatMap((child) => [child, ...descendants(child)]);
    const all = new Set(descendants(parent).map(namespace));
    all.delete('');
    all.delete(namespace(process.pid));
    return all;
  };
  const processesIn = (wanted: Set<string>): number[] =>
    readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && wanted.has(namespace(pid)));

  test.each([
    ['SIGINT', 130, 'building the example'],
    ['SIGTERM', 143, 'running step compose-down'],
    ['SIGINT', 130, 'running step compose-down'],
  ] as const)('by %s gives code %i and leaves nothing, while %s', async (signal, code, moment) => {
    const mounts = readFileSync('/proc/mounts', 'utf8');
    const local = new Local();
    await local.says(moment);
    const started = namespaces(local.child.pid ?? 0);
    expect(processesIn(started)).not.toEqual([]);

    local.child.kill(signal);
    expect(await local.code).toBe(code);
    expect(processesIn(started)).toEqual([]);
    expect(readFileSync('/proc/mounts', 'utf8')).toBe(mounts);
    expect(readdirSync(folder).filter((name) => /docker-housekeeping|ssm/.test(name))).toEqual([]);
    expect(local.stdout).toBe('');
  });

  test('by SIGKILL ends the private host too', async () => {
    const local = new Local();
    await local.says('running step');
    const started = namespaces(local.child.pid ?? 0);
    expect(processesIn(started)).not.toEqual([]);
    local.child.kill('SIGKILL');
    await local.code;
    const deadline = Date.now() + 10_000;
    while (processesIn(started).length > 0 && Date.now() < deadline) await new Promise(setImmediate);
    expect(processesIn(started)).toEqual([]);
  });
});

/** Empty for a process that has ended. */
function namespace(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return '';
  }
}
