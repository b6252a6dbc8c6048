import type { ListedObject, ObjectFate, Removable } from '../../../lib/contract';
import type { Inventory } from '../../../local/host/inventory';
import { renderChanges } from '../../../local/run/render-changes';

const project = (name: string): Record<string, string> => ({ 'com.docker.compose.project': name });
const image = { labels: {}, bytes: 4_300_000, tags: [], dangling: false };
const before: Inventory = {
  images: [
    { ...image, id: 'sha256:aaaaaaaaaaaabbbb', dangling: true, labels: { application: 'todobackend' } },
    { ...image, id: 'sha256:ccccccccccccdddd', tags: ['todobackend/release:latest'] },
    { ...image, id: 'sha256:eeeeeeeeeeeeffff' },
  ],
  containers: [
    {
      id: 'c1c1c1c1c1c1d2d2',
      name: 'app',
      labels: project('todobackend'),
      image: 'sha256:ccccccccccccdddd',
      state: 'running',
      exitCode: 0,
    },
  ],
  volumes: [{ id: 'public', name: 'public', labels: {} }],
  networks: [
    { id: 'n1', name: 'bridge', labels: {} },
    { id: 'n2', name: 'todobackend_default', labels: project('todobackend') },
  ],
};
const after: Inventory = { ...before, images: before.images.slice(1), containers: [] };
const object = (fate: ObjectFate, kind: Removable, id: string): ListedObject => ({ fate, kind, id });

function linesOf(
  now: Inventory,
  objects: readonly ListedObject[] = [],
  { width = 120, objectsMissing = 0, colour = false } = {},
): string[] {
  return renderChanges(before, now, { objects, objectsMissing }, { colour, width }).split('\n');
}

const rowOf = (lines: readonly string[], name: string): string | undefined =>
  lines.find((line) => new RegExp(`^ +\\w+ +${name} `).test(line));

describe('the table before and after', () => {
  test('has the facts of every object, and what was removed by the state of the Engine', () => {
    const lines = linesOf(after);
    expect(rowOf(lines, '<none> aaaaaaaaaaaa')).toMatch(
      /^ {2}image +<none> aaaaaaaaaaaa +4\.1 MiB, dangling, application=todobackend +removed$/,
    );
    expect(rowOf(lines, 'app')).toMatch(/container +app +running, project todobackend +removed$/);
    expect(rowOf(lines, 'todobackend/release:latest')).toMatch(/4\.1 MiB, used by app +kept: not selected$/);
    expect(rowOf(lines, 'public')).toMatch(/volume +public +without a project +kept: not selected$/);
  });

  test('says why a task kept an object', () => {
    const lines = linesOf(after, [
      object('inUse', 'images', 'cccccccccccc'),
      object('excluded', 'volumes', 'public'),
      object('left', 'networks', 'n2'),
    ]);
    expect(rowOf(lines, 'todobackend/release:latest')).toMatch(/kept: in use$/);
    expect(rowOf(lines, 'public')).toMatch(/kept: excluded by name$/);
    expect(rowOf(lines, 'todobackend_default')).toMatch(/project todobackend +kept$/);
  });

  test('says of the parts of a kept project why it was kept', () => {
    const lines = linesOf(before, [object('young', 'projects', 'todobackend')]);
    for (const name of ['app', 'todobackend_default']) expect(rowOf(lines, name)).toMatch(/kept: too young$/);
  });

  test('says in a dry run what would be removed, although another task keeps it', () => {
    const lines = linesOf(before, [
      object('young', 'images', 'aaaaaaaaaaaa'),
      object('would-remove', 'images', 'aaaaaaaaaaaa'),
      object('would-remove', 'containers', 'c1c1c1c1c1c1'),
    ]);
    expect(rowOf(lines, '<none> aaaaaaaaaaaa')).toMatch(/ would be removed$/);
    expect(rowOf(lines, 'app')).toMatch(/ would be removed$/);
    expect(lines.filter((line) => line.endsWith(' would be removed'))).toHaveLength(2);
  });

  test('begins with what was removed', () => {
    const names = linesOf(after).flatMap(
      (line) => /^ {2}(?:image|container|volume|network) +(\S+)/.exec(line)?.[1] ?? [],
    );
    expect(names).toEqual(['<none>', 'app', 'todobackend/release:latest', 'public', 'todobackend_default']);
  });

  test('gives no reason where a part of the list is missing', () => {
    expect(rowOf(linesOf(after, [], { objectsMissing: 1 }), 'public')).toMatch(/without a project +kept$/);
  });

  test('leaves out intermediate images and the networks that every Engine has', () => {
    const text = linesOf(after).join('\n');
    expect(text).not.toContain('eeeeeeeeeeee');
    expect(text).not.toContain('bridge');
  });

  test.each([50, 80])('cuts nothing at %i columns', (width) => {
    const lines = linesOf(after, [object('inUse', 'images', 'cccccccccccc')], { width });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines.join()).not.toContain('…');
  });

  test('breaks no word at 80 columns', () => {
    const text = linesOf(after, [object('inUse', 'images', 'cccccccccccc')], { width: 80 }).join('\n');
    for (const word of ['application=todobackend', 'release:latest', 'kept: in use', ' removed'])
      expect(text).toContain(word);
  });

  test('has colour only on request', () => {
    expect(linesOf(after).join()).not.toContain('\x1b');
    expect(linesOf(after, [], { colour: true }).join()).toContain('\x1b[33mremoved');
  });
});
