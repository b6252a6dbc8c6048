import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SCRIPT } from '../../local/setup/requirements';
import { readReport } from '../../render/read-report';
import { renderPage } from '../../render/page';
import { renderReport } from '../../render/terminal';
import { on, report, samples, facts, task } from '../insights/samples';
import { testWith } from '../support/lacking';

const ROOT = resolve(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'report-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [FIRST, , SAMPLE] = samples() as [Sample, Sample, Sample];
type Sample = ReturnType<typeof report>;

/** The output of `aws logs get-log-events --output json` for these messages. */
function printed(messages: readonly string[]): string {
  const events = messages.map((message) => ({ timestamp: 1, message, ingestionTime: 2 }));
  return `${JSON.stringify({ events, nextForwardToken: 'f/1/s', nextBackwardToken: 'b/1/s' }, null, 4)}\n`;
}

const MESSAGES = SAMPLE.events.map(({ message }) => message);
const pageOf = (input: string): string => {
  const { run, hosts } = readReport(input);
  return renderPage(run, hosts);
};
const PAGE = pageOf(printed(MESSAGES));

describe('a report is read back as it was published', () => {
  test.each([
    ['get-log-events', printed(MESSAGES)],
    [
      'pages, the last of them empty',
      printed(MESSAGES.slice(0, 2)) + printed(MESSAGES.slice(2)) + printed([]),
    ],
    ['pages that overlap', printed(MESSAGES.slice(0, 3)) + printed(MESSAGES.slice(1))],
    ['pages in the wrong order', printed(MESSAGES.slice(2)) + printed(MESSAGES.slice(0, 2))],
    ['events, one per line', MESSAGES.join('\n')],
    ['events with nothing between them', MESSAGES.join('')],
    ['events, as --output text prints them', MESSAGES.join('\t')],
    ['messages, as --query "events[].message" lists them', JSON.stringify(MESSAGES)],
    ['with the line ends of Windows', printed(MESSAGES).replaceAll('\n', '\r\n')],
  ])('%s', (_name, input) => {
    const { run, hosts } = readReport(input);
    expect(run).toMatchObject(JSON.parse(JSON.stringify(SAMPLE.run)) as object);
    expect(new Set(hosts.map(({ instanceId }) => instanceId))).toEqual(
      new Set(SAMPLE.hosts.map(({ instanceId }) => instanceId)),
    );
    expect(hosts).toHaveLength(SAMPLE.hosts.length);
  });

  test('any brackets and quotes in the output of hosts', () => {
    const evil = report('evil', '2026-11-23T03:00:00Z', [
      on('1', [facts(), task({ outcome: 'failed', reason: 'x', message: '"}]\\" { [ \\\\' })]),
    ]);
    expect(readReport(printed(evil.events.map(({ message }) => message))).hosts).toMatchObject(evil.hosts);
  });
});

describe('an input that is not the complete report of one run is refused', () => {
  const host = MESSAGES[0] ?? '';
  const run = MESSAGES.at(-1) ?? '';
  const without = (name: string): string =>
    JSON.stringify({ ...(JSON.parse(run) as object), [name]: undefined });
  test.each([
    ['nothing', '', 'the input holds no events; give what "aws logs get-log-events'],
    ['no events', printed([]), 'the input holds no events'],
    [
      'no run',
      printed(MESSAGES.slice(0, -1)),
      "the report is incomplete: got 4 host events and not the run's own",
    ],
    ['a page is missing', printed([host, run]), 'it counts 4 hosts, got the events of 1; fetch the pages'],
    [
      'two runs',
      printed([...FIRST.events, ...SAMPLE.events].map(({ message }) => message)),
      'the reports of several runs: got commands a, c',
    ],
    ['a host of another run', printed([FIRST.events[0]?.message ?? '', ...MESSAGES]), 'of several runs'],
    [
      'the log of a function',
      printed(['START RequestId: 1', run]),
      'got "START RequestId: 1"; it is not JSON',
    ],
    ['other JSON', '{"level":"INFO"}', 'got {"level":"INFO"}; it is neither the event of a host nor'],
    ['null', 'null', 'got null; it is neither'],
    ['a run of another version', printed([without('coverage')]), 'its "coverage" is not of type object'],
    [
      'no JSON',
      `${host}\n{"events": [`,
      'the input is not JSON from line 2 on, where it says "{\\"events\\": ["',
    ],
    ['text', 'An error occurred (ResourceNotFoundException)', 'the input is not JSON from line 1 on'],
  ])('%s', (_name, input, message) => {
    expect(() => readReport(input)).toThrow(message);
  });
});

/** `npm run report`, without npm in between. */
function command(
  args: readonly string[],
  input = '',
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const argv = ['--import', 'tsx', join(ROOT, 'bin/report.ts'), ...args];
    const child = spawn(process.execPath, argv, { cwd: ROOT });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('close', (code) => done({ code, stdout, stderr }));
    // A command that has refused its arguments does not read its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

describe('npm run report', () => {
  test('is a script of the package', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    expect(scripts).toMatchObject({ report: 'tsx bin/report.ts' });
  });

  test('reads files and writes a file', async () => {
    const [one, two, page] = ['one.json', 'two.json', 'page.html'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(one, printed(MESSAGES.slice(0, 2)));
    writeFileSync(two, printed(MESSAGES.slice(2)));
    const stderr = `The page is in ${page}: open it in a browser.\n`;
    expect(await command([one, two, '--html', page])).toEqual({ code: 0, stdout: '', stderr });
    expect(readFileSync(page, 'utf8')).toBe(PAGE);
  });

  test('--text prints text, also beside a page', async () => {
    const page = join(folder, 'beside.html');
    const { run, hosts } = readReport(printed(MESSAGES));
    const text = renderReport(run, hosts, { colour: false, width: 120 });
    expect(await command(['--text'], printed(MESSAGES))).toEqual({ code: 0, stdout: text, stderr: '' });
    const both = await command(['--text', '--html', page], printed(MESSAGES));
    expect(both).toMatchObject({ code: 0, stdout: text });
    expect(readFileSync(page, 'utf8')).toBe(PAGE);
  });

  testWith(SCRIPT, 'a report on a terminal')('prints text on a terminal', () => {
    const file = join(folder, 'terminal.json');
    writeFileSync(file, printed(MESSAGES));
    const shell = `'${process.execPath}' --import tsx bin/report.ts '${file}'`;
    const args = ['--quiet', '--return', '--command', shell, '/dev/null'];
    const { stdout } = spawnSync('script', args, { cwd: ROOT, encoding: 'utf8' });
    expect(stdout).toContain('Needs attention: ');
    expect(stdout).not.toContain('<html');
  });

  test('reads standard input and writes standard output, also when that is long', async () => {
    expect(await command([], printed(MESSAGES))).toEqual({ code: 0, stdout: PAGE, stderr: '' });
    const huge = report(
      'huge',
      '2026-11-23T03:00:00Z',
      Array.from({ length: 400 }, (_, i) => on(`${i}`, [facts(), task({ outcome: 'failed', reason: 'x' })])),
    );
    const input = huge.events.map(({ message }) => message).join('\n');
    const { stdout } = await command(['-'], input);
    expect(stdout).toBe(pageOf(input));
  });

  test('--help says how to get the events', async () => {
    const { code, stdout } = await command(['--help']);
    expect(code).toBe(0);
    for (const words of ['aws logs get-log-events', '--html', '--next-token'])
      expect(stdout).toContain(words);
  });

  test.each([
    [['--htm', 'x'], 2, "Unknown option '--htm'"],
    [['--html='], 2, '--html is empty'],
    [[join(folder, 'missing.json')], 1, 'ENOENT'],
    [['--html', join(folder, 'missing', 'page.html')], 1, '--html "'],
    [['--html', folder], 1, 'cannot be written: it is a directory'],
    [['-'], 1, 'the input holds no events'],
  ])('%j is refused with code %i', async (args, code, message) => {
    const ended = await command(args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(ended.stderr.trim().split('\n')).toHaveLength(code === 2 ? 2 : 1);
  });

  test('writes no file for a report that it refuses', async () => {
    const page = join(folder, 'none.html');
    expect((await command(['--html', page], printed(MESSAGES.slice(0, -1)))).code).toBe(1);
    expect(existsSync(page)).toBe(false);
  });
});
