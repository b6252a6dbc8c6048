import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findPhrases } from './support/style';

/**
 * The comments, messages and documentation of the project have none of the phrases in test/support/style.ts. Files that
 * still have some are listed in test/style-exceptions.json with their number, which may only fall. Write the list anew:
 *
 *     UPDATE_STYLE=1 npx jest test/style
 */
const PROJECT = resolve(__dirname, '..');
const EXCEPTIONS = join(__dirname, 'style-exceptions.json');
const UPDATE = 'UPDATE_STYLE=1 npx jest test/style';

/** API.md is generated from lib, and this file has samples of the phrases. */
const LEFT_OUT = ['API.md', 'test/style.test.ts'];

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: PROJECT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => /\.(ts|cjs|mjs|sh|md)$/.test(path) && !LEFT_OUT.includes(path))
  .filter((path) => existsSync(join(PROJECT, path)))
  .sort();

/** The problems of a file, given how many phrases it may have. */
function problems(path: string, text: string, allowed: number): string[] {
  const hits = findPhrases(path, text);
  if (hits.length < allowed)
    return [`${path}: has ${hits.length} phrases, listed with ${allowed}; run ${UPDATE}`];
  if (hits.length === allowed) return [];
  return hits.map(({ line, phrase, instead }) => `${path}:${line}: "${phrase}"; instead: ${instead}`);
}

test('no file has more phrases of the old style than listed, or fewer', () => {
  const texts = files.map((path) => [path, readFileSync(join(PROJECT, path), 'utf8')] as const);
  if (process.env.UPDATE_STYLE) {
    const counts = texts.map(([path, text]) => [path, findPhrases(path, text).length] as const);
    const listed = Object.fromEntries(counts.filter(([, count]) => count > 0));
    writeFileSync(EXCEPTIONS, `${JSON.stringify(listed, undefined, 2)}\n`);
  }
  const listed = JSON.parse(readFileSync(EXCEPTIONS, 'utf8')) as Record<string, number>;
  const missing = Object.keys(listed).filter((path) => !files.includes(path));
  expect([
    ...texts.flatMap(([path, text]) => problems(path, text, listed[path] ?? 0)),
    ...missing.map((path) => `${path}: is listed, but does not exist; run ${UPDATE}`),
  ]).toEqual([]);
});

test.each<[string, string, string, string[]]>([
  ['a docstring', 'a.ts', '/**\n * A build may be under\n * way.\n */\nf();', ['2: under way']],
  ['a line comment', 'a.ts', 'f(); // Whoever calls.\n', ['1: Whoever']],
  ['a message', 'a.ts', 'refuse(`${name} is no size`);', ['1: is no size']],
  ['an escaped quote', 'a.ts', "say('it\\'s on one\\'s own', 'nobody is here');", ['1: nobody']],
  ['a comment of a shell script', 'a.sh', 'x=1 # this shall be read\n', ['1: shall']],
  ['a message after a variable', 'a.sh', '[ "$x" = no ] || fail code "it is gone"\n', ['1: is gone']],
  ['a message of a shell script', 'a.sh', 'fail code "the host is told"\n', ['1: is told']],
  ['prose', 'a.md', 'One.\n\nTwo are\ngone.\n', ['3: are gone']],
  ['an end of a clause', 'a.ts', '// The image goes, the volume stays.', ['1: goes', '1: stays']],
  ['"there is no"', 'a.ts', '// There is no host, and there\n// are no tasks: it is no longer there.', []],
  ['code', 'a.ts', "const nobody = somebody.mend('whatever'); // see `nobody`", []],
  ['code of a shell script', 'a.sh', 'meanwhile=$1 && setpriv --reuid nobody\n', []],
  ['code in prose', 'a.md', 'See `nobody` and [it](somebody.md).\n\n```sh\nmend whatever\n```\n', []],
  ['a generated part', 'a.md', '<!-- reasons -->\n| whatever |\n<!-- /reasons -->\n', []],
])('%s', (_name, path, text, expected) => {
  expect(findPhrases(path, text).map(({ line, phrase }) => `${line}: ${phrase}`)).toEqual(expected);
});

test('a file fails with a phrase more than listed, and with one less', () => {
  const text = '// One.\n// Somebody is told.\n';
  expect(problems('a.ts', text, 2)).toEqual([]);
  expect(problems('a.ts', text, 1)).toEqual([
    'a.ts:2: "Somebody"; instead: you, a user, or: another process',
    'a.ts:2: "is told"; instead: gets, is notified, is configured, or: is distinguished',
  ]);
  expect(problems('a.ts', text, 3)).toEqual([`a.ts: has 2 phrases, listed with 3; run ${UPDATE}`]);
});
