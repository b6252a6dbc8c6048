import { PROJECT_LABEL, missingFrom, type ImageEntry, type Inventory } from '../host/inventory';

export interface ChangesOptions {
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly before: string;
}

/** The networks that every Engine has. */
const BUILT_IN = new Set(['bridge', 'host', 'none']);

/**
 * What an Engine held before a run and whether it still does, as tables of images, containers, volumes
 * and networks.
 */
export function renderChanges(before: Inventory, after: Inventory, options: ChangesOptions): string {
  const gone = missingFrom(before, after);
  const shown = before.images.filter(({ dangling, tags }) => dangling || tags.length > 0);
  const project = (labels: Readonly<Record<string, string>>): string => {
    const name = labels[PROJECT_LABEL];
    return name === undefined ? 'without a project' : `project ${name}`;
  };
  const tables: [title: string, rows: Row[], gone: readonly { readonly id: string }[]][] = [
    ['Images', shown.map((image) => imageRow(image, before)), gone.images],
    [
      'Containers',
      before.containers.map(({ id, name, labels, state }) => ({
        id,
        name,
        before: `${state}, ${project(labels)}`,
      })),
      gone.containers,
    ],
    [
      'Volumes',
      before.volumes.map(({ id, name, labels }) => ({ id, name, before: project(labels) })),
      gone.volumes,
    ],
    [
      'Networks',
      before.networks
        .filter(({ name }) => !BUILT_IN.has(name))
        .map(({ id, name, labels }) => ({ id, name, before: project(labels) })),
      gone.networks,
    ],
  ];
  const columns = layout(
    tables.flatMap(([, rows]) => rows),
    options.width,
  );
  return tables.map(([title, rows, lost]) => table(title, rows, lost, columns, options.colour)).join('\n');
}

function imageRow({ id, tags, labels, dangling, bytes }: ImageEntry, { containers }: Inventory): Row {
  const short = id.replace('sha256:', '').slice(0, 12);
  const users = containers.filter(({ image }) => image === id).map(({ name }) => name);
  const facts = [
    `${(bytes / 1e6).toFixed(1)} MB`,
    ...(dangling ? ['dangling'] : []),
    ...Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    ...(users.length > 2 ? [`used by ${users.length} containers`] : users.map((name) => `used by ${name}`)),
  ];
  return { id, name: tags.length > 0 ? tags.join(' ') : `<none> ${short}`, before: facts.join(', ') };
}

interface Columns {
  readonly name: number;
  readonly before: number;
}

const GAP = '  ';
const REMOVED = 'removed';

function layout(rows: readonly Row[], width: number): Columns {
  const widest = (texts: readonly string[]): number => Math.max(12, ...texts.map((text) => text.length));
  const name = Math.min(widest(rows.map((row) => row.name)), Math.floor(width / 2));
  const left = width - name - REMOVED.length - 2 * GAP.length;
  return { name, before: Math.max(12, Math.min(widest(rows.map((row) => row.before)), left)) };
}

function table(
  title: string,
  rows: readonly Row[],
  lost: readonly { readonly id: string }[],
  columns: Columns,
  colour: boolean,
): string {
  const paint = (code: number, text: string): string => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const line = (name: string, before: string, after: string): string =>
    [fit(name, columns.name), fit(before, columns.before), after].join(GAP);
  const removed = new Set(lost.map(({ id }) => id));
  const sorted = [...rows].sort(
    (a, b) => Number(removed.has(a.id)) - Number(removed.has(b.id)) || a.name.localeCompare(b.name),
  );
  return [
    paint(1, line(title, 'Before', 'After')),
    ...sorted.map(({ id, name, before }) =>
      removed.has(id) ? paint(33, line(name, before, REMOVED)) : line(name, before, 'there'),
    ),
    '',
  ].join('\n');
}

function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
