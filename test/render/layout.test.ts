import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { SCRIPT } from '../../local/setup/requirements';
import { Layout } from '../../render/layout';
import type { RenderOptions } from '../../render/layout';
import { testWith } from '../support/lacking';

const ROOT = resolve(__dirname, '../..');
const PROGRAM = "console.log(JSON.stringify(require('./render/layout').optionsFor(process.stdout)))";

/** What a process of its own finds out about its standard output. */
function optionsIn(environment: Readonly<Record<string, string>>, onTerminal = false): RenderOptions {
  const argv = [process.execPath, '--import', 'tsx', '--eval', PROGRAM];
  const shell = `stty columns 90; ${argv.map((word) => `"${word}"`).join(' ')}`;
  const [command = '', ...args] = onTerminal
    ? ['script', '--quiet', '--return', '--command', shell, '/dev/null']
    : argv;
  const { stdout } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, TERM: 'xterm-256color', ...environment },
  });
  return JSON.parse(stdout.trim()) as RenderOptions;
}

describe('without a terminal', () => {
  test('a text is plain and 120 columns wide', () => {
    expect(optionsIn({})).toEqual({ colour: false, width: 120 });
  });

  test('FORCE_COLOR and COLUMNS count', () => {
    expect(optionsIn({ FORCE_COLOR: '1', COLUMNS: '80' })).toEqual({ colour: true, width: 80 });
  });
});

const onTerminal = testWith(SCRIPT, 'colour on a terminal');

onTerminal.each<[string, Record<string, string>, RenderOptions]>([
  ['has colour and its width', {}, { colour: true, width: 90 }],
  ['has no colour with NO_COLOR', { NO_COLOR: '1' }, { colour: false, width: 90 }],
  ['has no colour with FORCE_COLOR=0', { FORCE_COLOR: '0' }, { colour: false, width: 90 }],
  ['has no colour if it is dumb', { TERM: 'dumb' }, { colour: false, width: 90 }],
  ['has the width of COLUMNS', { COLUMNS: '70' }, { colour: true, width: 70 }],
])('a text on a terminal %s', (_name, environment, expected) => {
  expect(optionsIn(environment, true)).toEqual(expected);
});

describe('a layout', () => {
  const layout = (width: number, colour = false): Layout => new Layout({ colour, width });

  test('wraps words, and cuts only a word that is longer than a line', () => {
    const text = layout(40);
    text.say('several words that do not fit on one line', { indent: 4 });
    text.say('x'.repeat(90));
    expect(text.toString().split('\n')).toEqual([
      '    several words that do not fit on one',
      '    line',
      'x'.repeat(40),
      'x'.repeat(40),
      'x'.repeat(10),
      '',
    ]);
  });

  test('leaves out empty columns, and a table without rows', () => {
    const text = layout(80);
    text.table(['Kind', 'Size', 'Name'], [['image', '', 'app']]);
    text.table(['Kind', 'Size'], []);
    expect(text.toString()).toBe('  Kind   Name\n  image  app\n');
  });

  test('takes room from the widest column', () => {
    const text = layout(40);
    text.table(['Kind', 'Object', 'Age'], [['image', 'registry/with/a/long/path/and/name', '3d']]);
    expect(text.toString().split('\n')).toEqual([
      '  Kind   Object                      Age',
      '  image  registry/with/a/long/path/  3d',
      '         and/name',
      '',
    ]);
  });

  test('keeps wide characters within the width', () => {
    const text = layout(40);
    text.say('語'.repeat(30));
    expect(text.toString()).toBe(`${'語'.repeat(20)}\n${'語'.repeat(10)}\n`);
  });

  test('styles a row and each of its lines', () => {
    const text = layout(40, true);
    text.table(['Object'], [['a'], ['b'.repeat(50)]], {
      styleOf: (row) => (row === 1 ? 'yellow' : undefined),
    });
    expect(text.toString().split('\n').slice(1)).toEqual([
      '  a',
      `  \u001b[33m${'b'.repeat(38)}\u001b[39m`,
      `  \u001b[33m${'b'.repeat(12)}\u001b[39m`,
      '',
    ]);
  });
});
