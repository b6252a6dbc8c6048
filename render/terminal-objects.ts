import { bytesText, KEPT, KEPT_REASONS, plural, REMOVABLE_KINDS, removedText } from '../lib/contract';
import type { HostReport, KeptReason, ListedObject, ObjectFate, PassedOver } from '../lib/contract';
import type { Layout } from './layout';
import { hostName, hostNames, keptText } from './words';
import type { ReadRun } from './words';

/** How many objects a list of a large fleet names. */
const SHOWN_OBJECTS = 1000;
const COLUMNS = ['Kind', 'Object', 'Size', 'Age', 'Project'];

/** What was removed, or in a dry run would be, by name. */
export function sayRemoved(text: Layout, run: ReadRun, hosts: readonly HostReport[]): void {
  const fate = run.dryRun ? 'would-remove' : 'removed';
  text.heading(run.dryRun ? 'Would be removed' : 'Removed');
  const count = sayObjects(text, hosts, (object) => object.fate === fate, COLUMNS, describe);
  if (count > 0) return;
  const counted = removedText(run.removed);
  text.say(counted ? `${counted}, which no list names` : 'nothing', { indent: 2 });
}

/** What a task should have removed and could not. */
export function sayLeft(text: Layout, hosts: readonly HostReport[]): void {
  const isLeft = ({ fate }: ListedObject): boolean => fate === 'left';
  if (!hosts.some(({ objects }) => objects.some(isLeft))) return;
  text.heading('Still there, and a task should have removed it', 'red');
  sayObjects(text, hosts, isLeft, COLUMNS, describe);
}

/** What the tasks kept, with the reason first. */
export function sayKept(text: Layout, hosts: readonly HostReport[]): void {
  const counts = sumKept(hosts);
  const summary = keptText(counts);
  if (!summary) return;
  text.heading('Kept, and why');
  text.say(summary, { indent: 2 });
  sayObjects(text, hosts, isKept, ['Why', ...COLUMNS], (object) => [
    KEPT_REASONS[object.fate as KeptReason].words,
    ...describe(object),
  ]);
}

/** How many objects the lists lack, and where they are. */
export function sayMissing(
  text: Layout,
  { commandId, hostOutput, objectsMissing }: ReadRun,
  hosts: readonly HostReport[],
): void {
  if (objectsMissing === 0) return;
  const lacking = hosts.filter((host) => host.objectsMissing > 0);
  text.heading(`${plural(objectsMissing, 'object')} missing from these lists`, 'yellow');
  text.say(
    hostOutput
      ? `the whole lists are in the log group ${hostOutput.logGroupName}, in the log streams that begin with ${commandId}`
      : 'Systems Manager keeps only the beginning of an output; the whole lists are on each host, under ' +
          '/var/lib/amazon/ssm/*/document/orchestration; hostOutput sends them to CloudWatch Logs',
    { indent: 2 },
  );
  text.say(`On ${hostNames(lacking.length, lacking.slice(0, 5))}`, { indent: 2 });
}

/** A table of objects for each host that has some. Returns how many there are. */
function sayObjects(
  text: Layout,
  hosts: readonly HostReport[],
  isWanted: (object: ListedObject) => boolean,
  columns: readonly string[],
  row: (object: ListedObject) => string[],
): number {
  let count = 0;
  for (const host of hosts) {
    const objects = host.objects.filter(isWanted).sort((a, b) => order(a.fate) - order(b.fate));
    const shown = objects.slice(0, Math.max(0, SHOWN_OBJECTS - count));
    count += objects.length;
    if (shown.length === 0) continue;
    if (hosts.length > 1) text.say(`on ${hostName(host)}`, { indent: 2, style: 'bold' });
    text.table(columns, shown.map(row), { indent: hosts.length > 1 ? 4 : 2 });
  }
  if (count > SHOWN_OBJECTS)
    text.say(`and ${plural(count - SHOWN_OBJECTS, 'more object')}: each host's event lists its own`, {
      indent: 2,
    });
  return count;
}

function describe({ kind, id, name, size, age, project }: ListedObject): string[] {
  const untagged = kind === 'images' ? '<none> ' : '';
  return [
    REMOVABLE_KINDS[kind].singular,
    name === undefined ? `${untagged}${id}` : `${name.replaceAll(',', ', ')} ${id}`,
    size === undefined ? '' : bytesText(size),
    age ?? '',
    project ?? '',
  ];
}

function isKept({ fate }: ListedObject): boolean {
  return order(fate) >= 0;
}

/** The place of a reason in the order in which people read them; -1 for what was not kept. */
function order(fate: ObjectFate): number {
  return KEPT.indexOf(fate as KeptReason);
}

function sumKept(hosts: readonly HostReport[]): PassedOver {
  const counts: Partial<Record<KeptReason, number>> = {};
  for (const { result } of hosts.flatMap(({ steps }) => steps)) {
    for (const why of KEPT) counts[why] = (counts[why] ?? 0) + (result?.passedOver?.[why] ?? 0);
  }
  return counts;
}
