import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findPhrases } from './support/style';

/** The comments, messages and documentation of the project have none of the phrases in test/support/style.ts. */
const PROJECT = resolve(__dirname, '..');

/** API.md is generated from lib, and this file has samples of the phrases. */
const LEFT_OUT = ['API.md', 'test/style.test.ts'];

/** The folders that git ignores, and its own. A checkout may have been unpacked on a machine without git. */
const IGNORED = ['.git', ...readFileSync(join(PROJECT, '.gitignore'), 'utf8').split('\n')].map((line) =>
  line.replaceAll('/', ''),
);

function listFiles(folder: string): string[] {
  return readdirSync(join(PROJECT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (IGNORED.includes(entry.name) || LEFT_OUT.includes(path)) return [];
    if (entry.isDirectory()) return listFiles(path);
    return /\.(tsx?|js|cjs|mjs|sh|md)$/.test(path) ? path : [];
  });
}

const files = listFiles('').sort();

test('no file has a phrase of the old style', () => {
  const problems = files.flatMap((path) =>
    findPhrases(path, readFileSync(join(PROJECT, path), 'utf8')).map(
      ({ line, phrase, instead }) => `${path}:${line}: "${phrase}"; instead: ${instead}`,
    ),
  );
  expect(files.length).toBeGreaterThan(200);
  expect(problems).toEqual([]);
});

test.each<[string, string, string, string[]]>([
  ['a docstring', 'a.ts', '/**\n * A build may be under\n * way.\n */\nf();', ['2: under way']],
  ['a line comment', 'a.ts', 'f(); // Whoever calls.\n', ['1: Whoever']],
  ['a message', 'a.ts', 'refuse(`${name} is no size`);', ['1: is no size']],
  [
    'words within a phrase',
    'a.ts',
    '// It holds each template against the schema.\n',
    ['1: holds each template against'],
  ],
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
