import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { preProcessFile } from 'typescript';

const PROJECT = resolve(__dirname, '..');
const CODE = ['bin', 'examples', 'lambda', 'lib', 'local', 'render'];

/** The modules that one folder may import besides its own and Node.js. */
interface Room {
  readonly name: string;
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
}

/** The rows of the table in ARCHITECTURE.md: a folder, the folders it may import from, and the packages. */
const ROOMS: readonly Room[] = readFileSync(join(PROJECT, 'ARCHITECTURE.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| `[\w/-]+` /.test(line))
  .map((line) => {
    const [name, rooms, packages] = line
      .split('|')
      .slice(1, 4)
      .map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));
    return { name: name?.[0] ?? '', rooms: rooms ?? [], packages: packages ?? [] };
  });

const isIn = (path: string, room: string): boolean =>
  path === room || path === `${room}.ts` || path.startsWith(`${room}/`);

/** The most specific row: that of lib/contract/metrics.ts is lib/contract, not lib. */
function roomOf(path: string): Room | undefined {
  return ROOMS.filter(({ name }) => isIn(path, name)).sort((a, b) => b.name.length - a.name.length)[0];
}

const FILES = CODE.flatMap((folder) =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
)
  .filter((path) => /(?<!\.d)\.tsx?$/.test(path))
  .sort();

function isAllowed(from: Room, imported: string): boolean {
  if (imported.startsWith('node:')) return true;
  const to = CODE.some((folder) => isIn(imported, folder)) ? roomOf(imported)?.name : undefined;
  return to === undefined
    ? from.packages.some((name) => imported === name || imported.startsWith(`${name}/`))
    : to === from.name || from.rooms.includes(to);
}

function forbiddenImports(file: string): string[] {
  const room = roomOf(file);
  if (room === undefined) return [`${file} is in no folder of the table in ARCHITECTURE.md`];
  return preProcessFile(readFileSync(join(PROJECT, file), 'utf8'))
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? join(dirname(file), fileName) : fileName,
    )
    .filter((imported) => !isAllowed(room, imported))
    .map((imported) => `${file} imports ${imported}`);
}

test('a folder imports only what the table in ARCHITECTURE.md allows', () => {
  expect(FILES.flatMap(forbiddenImports).sort()).toEqual([]);
});

test('the table names folders that exist, and each once', () => {
  const names = ROOMS.map(({ name }) => name);
  expect(names.filter((name) => !FILES.some((file) => isIn(file, name)))).toEqual([]);
  expect([...new Set(names)]).toEqual(names);
  expect(ROOMS.flatMap(({ rooms }) => rooms).filter((room) => !names.includes(room))).toEqual([]);
});

test.each([
  ['lib/docker-hosts.ts', 'local/host/process'],
  ['lib/schedule/cron.ts', 'render/page'],
  ['lambda/report/text.ts', 'lib/docker-hosts'],
  ['lambda/report/text.ts', 'aws-cdk-lib'],
  ['render/terminal.ts', 'lib'],
  ['render/terminal.ts', 'local/run/progress'],
  ['lib/contract.ts', 'lib/refuse'],
  ['local/host/process.ts', 'bin/writable'],
])('the table does not let %s import %s', (file, imported) => {
  expect(isAllowed(roomOf(file) as Room, imported)).toBe(false);
});
