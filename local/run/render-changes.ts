import { bytesText, KEPT_REASONS, OBJECT_FATES, REMOVABLE_KINDS } from '../../lib/contract';
import type { HostReport, KeptReason, ListedObject, ObjectFate, Removable } from '../../lib/contract';
import { Layout } from '../../render/layout';
import type { RenderOptions } from '../../render/layout';
import {
  PROJECT_LABEL,
  missingFrom,
  type ImageEntry,
  type Inventory,
  type NamedEntry,
} from '../host/inventory';

/** An object of the Engine before the run. */
interface Row {
  readonly kind: Removable;
  /** As the tasks list it. */
  readonly id: string;
  readonly name: string;
  readonly facts: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isGone: boolean;
}

/** The networks that every Engine has. */
const BUILT_IN = new Set(['bridge', 'host', 'none']);

/**
 * What an Engine held before a run and what became of it, as a table of images, containers, volumes and networks. What was
 * removed, or in a dry run would be, comes first.
 */
export function renderChanges(
  before: Inventory,
  after: Inventory,
  listed: Pick<HostReport, 'objects' | 'objectsMissing'>,
  options: RenderOptions,
): string {
  const changes = rowsOf(before, missingFrom(before, after))
    .map((row) => ({ ...row, after: outcomeOf(row, listed) }))
    .sort((a, b) => Number(isRemoval(b.after)) - Number(isRemoval(a.after)));
  const text = new Layout(options);
  text.heading('The Engine before and after');
  text.table(
    ['Kind', 'Object', 'Before', 'After'],
    changes.map((row) => [REMOVABLE_KINDS[row.kind].singular, row.name, row.facts, row.after]),
    { styleOf: (i) => (isRemoval(changes[i]?.after) ? 'yellow' : undefined) },
  );
  return text.toString();
}

const REMOVED = 'removed';
const WOULD_BE_REMOVED = 'would be removed';

function isRemoval(after: string | undefined): boolean {
  return after === REMOVED || after === WOULD_BE_REMOVED;
}

/** The Engine's state says what is removed, and the tasks' lists say the rest. */
function outcomeOf(
  row: Row,
  { objects, objectsMissing }: Pick<HostReport, 'objects' | 'objectsMissing'>,
): string {
  if (row.isGone) return REMOVED;
  const project = row.labels[PROJECT_LABEL];
  const fate =
    fateOf(objects, row.kind, row.id) ??
    (project === undefined ? undefined : fateOf(objects, 'projects', project));
  if (fate === 'would-remove') return WOULD_BE_REMOVED;
  if (fate !== undefined && fate in KEPT_REASONS) return `kept: ${KEPT_REASONS[fate as KeptReason].words}`;
  // An object that is on no list may be on the part that is missing.
  return fate === undefined && objectsMissing === 0 ? 'kept: not selected' : 'kept';
}

/** Several tasks may list an object: a removal counts more than a reason to keep it. */
function fateOf(objects: readonly ListedObject[], kind: Removable, id: string): ObjectFate | undefined {
  const fates = objects.filter((object) => object.kind === kind && object.id === id).map(({ fate }) => fate);
  return OBJECT_FATES.find((fate) => fates.includes(fate));
}

function rowsOf(before: Inventory, gone: Inventory): Row[] {
  const isIn = (entries: readonly { readonly id: string }[], id: string): boolean =>
    entries.some((entry) => entry.id === id);
  const ofProject = ({ [PROJECT_LABEL]: project }: Row['labels']): string =>
    project === undefined ? 'without a project' : `project ${project}`;
  const named = (kind: 'volumes' | 'networks', { id, name, labels }: NamedEntry): Row => ({
    kind,
    id: kind === 'volumes' ? name : short(id),
    name,
    facts: ofProject(labels),
    labels,
    isGone: isIn(gone[kind], id),
  });
  return [
    ...before.images
      .filter(({ dangling, tags }) => dangling || tags.length > 0)
      .map((image): Row => ({
        kind: 'images',
        id: short(image.id),
        name: image.tags.length > 0 ? image.tags.join(' ') : `<none> ${short(image.id)}`,
        facts: imageFacts(image, before),
        labels: {},
        isGone: isIn(gone.images, image.id),
      })),
    ...before.containers.map(({ id, name, labels, state }): Row => ({
      kind: 'containers',
      id: short(id),
      name,
      facts: `${state}, ${ofProject(labels)}`,
      labels,
      isGone: isIn(gone.containers, id),
    })),
    ...before.volumes.map((volume) => named('volumes', volume)),
    ...before.networks.filter(({ name }) => !BUILT_IN.has(name)).map((network) => named('networks', network)),
  ];
}

function imageFacts({ id, labels, dangling, bytes }: ImageEntry, { containers }: Inventory): string {
  const users = containers.filter(({ image }) => image === id).map(({ name }) => name);
  return [
    bytesText(bytes),
    ...(dangling ? ['dangling'] : []),
    ...Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    ...(users.length > 2 ? [`used by ${users.length} containers`] : users.map((name) => `used by ${name}`)),
  ].join(', ');
}

/** An identifier as Docker and the tasks print it. */
function short(id: string): string {
  return id.replace('sha256:', '').slice(0, 12);
}
