import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const LIB = resolve(__dirname, '..', '..', '..', 'lib');
const FOLDERS = ['host', ...readdirSync(join(LIB, 'tasks')).map((kind) => join('tasks', kind))];

/** Every shell script of the library, by its path in `lib`. */
const SCRIPTS = FOLDERS.filter((folder) => !basename(folder).includes('.')).flatMap((folder) =>
  readdirSync(join(LIB, folder))
    .filter((name) => name.endsWith('.sh'))
    .map((name) => join(folder, name)),
);

const TABLE = '# Lists and variables:';
/** In a name of the table, what the script fills in: `before.KIND`, `said.N`. */
const PLACEHOLDER = /(?<![A-Z_])(KIND|LIST|TYPE|WHEN|PID|N)(?![A-Z_])/g;

/** The comment at the beginning of a script. */
function header(text: string): string[] {
  const lines = text.split('\n');
  return lines.slice(0, lines.indexOf(''));
}

/** The rows of the table in a script's header. */
function rows(text: string): string[] {
  const lines = header(text);
  return lines
    .slice(lines.indexOf(TABLE) + 1)
    .join('\n')
    .replace(/\n# {4,}/g, ' ')
    .split('\n');
}

/** The names in a script's table. */
function tableOf(text: string): string[] {
  return rows(text).flatMap((row) => row.replace(/^# {3}|:.*/g, '').split(', '));
}

/** The code of a script, in which `x` stands for what the shell fills in. */
function codeOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll('"$WORK"/', '$WORK/')
    .replace(/\$\{[^{}]*\}|\$\$|\$(?!WORK\/)\w+|(?<=\$WORK\/\S*)(\[0-9\])?\*/g, 'x');
}

/** Functions with the lists among their arguments: the first ones, or all. */
const LIST_ARGUMENTS: Readonly<Record<string, number>> = {
  list_objects: 1,
  list_labelled: 1,
  list_members: 1,
  list_references: 1,
  inspect_all: 2,
  subtract_list: 2,
  count_lines: 1,
  count_missing: 2,
  empty_lists: Infinity,
  are_described: Infinity,
  require_described: Infinity,
  run_in_batches: 1,
  run_docker_on: 1,
  drop_kept: 1,
  drop_copies: 1,
  drop_used: 1,
  drop_mounted: 1,
  judge_images: 1,
  drop_excluded_projects: 1,
  keep_project_containers: 1,
};

/** The lists that a script names, by their path or as an argument. */
function listsOf(text: string): string[] {
  const code = codeOf(text);
  const paths = [...code.matchAll(/\$WORK\/([\w.-]+)/g)].map(([, name = '']) => name);
  const judged = [...code.matchAll(/\blist_judged ([\w-]+)(?: ([\w.-]+))?/g)].map(
    ([, verdict = '', list = verdict]) => list,
  );
  const given = Object.entries(LIST_ARGUMENTS).flatMap(([name, count]) =>
    [...code.matchAll(new RegExp(`\\b${name} ((?:["\\w.-]+ ?)+)`, 'g'))].flatMap(([, words = '']) =>
      words.replaceAll('"', '').trim().split(' ').slice(0, count),
    ),
  );
  // Without those that only the caller of a function knows.
  return [...new Set([...paths, ...judged, ...given])].filter((name) => !/^(x\.|[xs]*$)/.test(name));
}

/** The variables in upper case that a script sets. */
function variablesOf(text: string): string[] {
  const code = codeOf(text);
  const set = [...code.matchAll(/(?:^|[\s;({])([A-Z][A-Z0-9_]*)=/gm)];
  const filled = [...code.matchAll(/\b(?:for|read -r) ([A-Z][A-Z0-9_]*)\b/g)];
  return [...new Set([...set, ...filled].map(([, name = '']) => name))].filter((name) => name !== 'IFS');
}

/** The comment directly above a line, of one line or more. */
function commentAbove(lines: readonly string[], index: number): string[] {
  const above = lines.slice(0, index).reverse();
  const end = above.findIndex((line) => !/^\s*#/.test(line));
  return above
    .slice(0, end < 0 ? undefined : end)
    .reverse()
    .map((line) => line.trim())
    .filter((line) => !line.startsWith('# shellcheck'));
}

/** The functions of a script whose comment does not say what they do, beginning with their name. */
function undocumented(text: string): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const name = /^\s*([a-z_]+)\(\)/.exec(line)?.[1];
    if (name === undefined) return [];
    const [first = ''] = commentAbove(lines, index);
    return new RegExp(`^# ${name}( .+?)?: .+\\.$`).test(first) ? [] : [name];
  });
}

/** The lists and variables of a script that its table does not have. */
function missing(text: string): string[] {
  const table = tableOf(text).map(
    (name) => new RegExp(`^${name.replaceAll('.', '\\.').replace(PLACEHOLDER, '.+')}$`),
  );
  return [...listsOf(text), ...variablesOf(text)].filter((name) => !table.some((row) => row.test(name)));
}

/** Words of an older style: each hides the subject, or says two things at once. */
const UNCLEAR = /\b(who|whom|whoever|whatever|nobody|somebody|everybody|meanwhile|under way|mend|is told)\b/i;

/** The sentences of a script's comments, without the rows of its table. */
function sentencesOf(text: string): string[] {
  const paragraphs = text
    .split('\n')
    .map((line) =>
      /^ *#(?! shellcheck| {2})/.test(line) ? line.replace(/^ *# ?- /, '\n').replace(/^ *# ?/, '') : '',
    )
    .map((line) => (/[.:]$/.test(line) ? `${line}\n` : line))
    .join(' ')
    .split(/ {2,}|\n/);
  return paragraphs.flatMap((paragraph) => paragraph.split(/(?<=[.:]) (?=[A-Z])/)).filter((s) => s !== '');
}

describe.each(SCRIPTS)('%s', (script) => {
  const text = readFileSync(join(LIB, script), 'utf8');

  test('begins with a table of what it reads and writes', () => {
    expect(header(text)).toContain(TABLE);
    for (const row of rows(text)) expect(row).toMatch(/^# {3}[^:]+: .*\b(By|see) .+\.$/);
  });

  test('has in it every list that it names and every variable that it sets', () => {
    expect(missing(text)).toEqual([]);
  });

  test('says above each function what it does, with its name first', () => {
    expect(undocumented(text)).toEqual([]);
  });

  test('has short sentences in its comments, and none of the unclear words', () => {
    const sentences = sentencesOf(text);
    expect(sentences.filter((sentence) => sentence.split(' ').length > 25)).toEqual([]);
    expect(sentences.filter((sentence) => UNCLEAR.test(sentence))).toEqual([]);
    const messages = text.match(/\b(fail|fail_early|skip|log|broken)\b.*['"].*/g) ?? [];
    expect(messages.filter((message) => UNCLEAR.test(message))).toEqual([]);
  });
});

describe('a gap is found', () => {
  const text = `# A script.
# Lists and variables:
#   here, said.N: sorted identifiers. By fill.
#   COUNT: a number. By fill.

# fill LIST: fills it. Writes here.
fill() {
  list_objects here ps
  echo >"$WORK/said.$n"
  COUNT=1
}
`;

  test('but not where there is none', () => {
    expect(missing(text)).toEqual([]);
    expect(undocumented(text)).toEqual([]);
  });

  test.each([
    ['of a list', '#   here, said.N: sorted identifiers. By fill.\n', ['said.x', 'here']],
    ['of a variable', '#   COUNT: a number. By fill.\n', ['COUNT']],
  ])('in the table: the row %s', (_, line, names) => {
    expect(missing(text.replace(line, ''))).toEqual(names);
  });

  test.each([
    ['is missing', ''],
    ['stands apart', '# fill LIST: fills it. Writes here.\n\n'],
    ['begins with another name', '# other LIST: fills it.\n'],
  ])('above a function: its line %s', (_, line) => {
    expect(undocumented(text.replace('# fill LIST: fills it. Writes here.\n', line))).toEqual(['fill']);
  });
});
