import type { Inventory } from '../../../local/host/inventory';
import { renderChanges } from '../../../local/run/render-changes';

const project = (name: string): Record<string, string> => ({ 'com.docker.compose.project': name });
const image = { labels: {}, bytes: 4_100_000, tags: [], dangling: false };
const before: Inventory = {
  images: [
    { ...image, id: 'sha256:aaaaaaaaaaaabbbb', dangling: true, labels: { application: 'todobackend' } },
    { ...image, id: 'sha256:ccccccccccccdddd', tags: ['todobackend/release:latest'] },
    { ...image, id: 'sha256:eeeeeeeeeeeeffff' },
  ],
  containers: [
    {
      id: 'c1',
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

describe('the tables before and after', () => {
  const lines = renderChanges(before, after, { colour: false, width: 100 }).split('\n');
  const row = (name: string): string | undefined => lines.find((line) => line.startsWith(name));

  test('show the state of every object before and after', () => {
    expect(row('<none> aaaaaaaaaaaa')).toMatch(/4\.1 MB, dangling, application=todobackend +removed$/);
    expect(row('todobackend/release:latest')).toMatch(/4\.1 MB, used by app +there$/);
    expect(row('app')).toMatch(/running, project todobackend +removed$/);
    expect(row('public')).toMatch(/without a project +there$/);
    expect(row('todobackend_default')).toMatch(/project todobackend +there$/);
  });

  test('leave out intermediate images and the networks that every Engine has', () => {
    expect(row('<none> eeeeeeeeeeee')).toBeUndefined();
    expect(row('bridge')).toBeUndefined();
  });

  test('fit the terminal, and have colour only on request', () => {
    const narrow = renderChanges(before, after, { colour: false, width: 50 });
    expect(Math.max(...narrow.split('\n').map((line) => line.length))).toBeLessThanOrEqual(50);
    expect(narrow).not.toContain('\x1b');
    expect(renderChanges(before, after, { colour: true, width: 50 })).toContain('\x1b[33m');
  });
});
