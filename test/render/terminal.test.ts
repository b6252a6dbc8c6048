import { KEPT, KEPT_REASONS, REMOVABLE, REMOVABLE_KINDS } from '../../lib/contract';
import type { HostFacts, HostReport, ListedObject, RunReport } from '../../lib/contract';
import { renderReport } from '../../render/terminal';
import type { RenderOptions } from '../../render/terminal';
import type { ReadRun } from '../../render/words';
import { KEPT_OBJECTS, REMOVED_OBJECTS, counts, host, runOf, step } from './sample-run';

const WIDTHS = [80, 120];
const PLAIN: RenderOptions = { colour: false, width: 80 };
const FACTS: HostFacts = {
  engine: '29.4.0',
  store: 'containerd',
  compose: '5.1.0',
  diskPercent: 71,
  inodePercent: 12,
  images: 9,
  containers: 3,
};

function rendered(
  hosts: readonly HostReport[],
  overrides: Partial<RunReport> = {},
  options: RenderOptions = PLAIN,
): string {
  return renderReport(runOf(hosts, overrides), hosts, options);
}

/** The text without its line breaks, which depend on the width. */
const flat = (text: string): string => text.replace(/\s+/g, ' ');
const occurrences = (text: string, part: string): number => text.split(part).length - 1;

/** The objects of every kind and every fate, with names longer than a line. */
const EVERY_OBJECT: readonly ListedObject[] = REMOVABLE.flatMap((kind, k) =>
  (['removed', 'left', ...KEPT] as const).map((fate, f) => ({
    fate,
    kind,
    id: `id${k}x${f}`,
    name: `name${k}x${f}/${'part-of-a-long-name/'.repeat(6)}end${k}x${f}`,
    size: 4_123_456,
    age: '3d',
    project: `project${k}x${f}`,
  })),
);

const CLEANED = host('1', {
  host: FACTS,
  diskPercentAfter: 61,
  inodePercentAfter: 11,
  removed: counts({ projects: 1, containers: 1, images: 1, volumes: 1 }),
  bytesReclaimed: 1.5 * 1024 ** 3,
  sizeOfRemoved: 2.5 * 1024 ** 3,
  objects: [...REMOVED_OBJECTS, ...KEPT_OBJECTS],
  steps: [
    step('host', { task: 'Host', host: FACTS }),
    step('prune', {
      outcome: 'done',
      removed: { images: 1 },
      passedOver: { inUse: 1, young: 1, excluded: 1 },
    }),
    step('disk', { task: 'Disk', disk: { diskPercent: 61, inodePercent: 11 } }),
  ],
});
const FAILED = host('2', {
  outcome: 'failed',
  reason: 'leftovers',
  message: 'the Engine says: volume is in use',
  objects: [{ fate: 'left', kind: 'volumes', id: 'todobackend_public', project: 'todobackend' }],
  steps: [
    step('compose-down', {
      outcome: 'failed',
      reason: 'leftovers',
      message: 'the Engine says: volume is in use',
      left: ['volume todobackend_public'],
    }),
  ],
});
const LEFTOVERS = {
  outcome: 'failed',
  reason: 'leftovers',
  count: 1,
  message: 'the Engine says: volume is in use',
  examples: [FAILED],
} as const;

describe('the verdict', () => {
  test.each<[string, string, readonly HostReport[], Partial<RunReport>]>([
    ['of a run that did well', '✓ All is well: nothing needs attention', [CLEANED], {}],
    [
      'of a run with trouble',
      '✕ Needs attention: 2 hosts failed; 1 host not reached',
      [FAILED, FAILED, host('3', { outcome: 'unreachable', reason: 'undeliverable' })],
      {},
    ],
    ['of a run without hosts', '✕ Needs attention: there was no host to clean', [], { needsAttention: true }],
    [
      'of a run that lost a tag',
      '✕ Needs attention: 1 host lost something: tag-removed',
      [CLEANED],
      { needsAttention: true, warnings: [{ code: 'tag-removed', count: 1, examples: [CLEANED] }] },
    ],
    [
      'of a run whose hosts are not known',
      '✕ Needs attention: it is not known whether all hosts were reached: EC2 said no',
      [CLEANED],
      { needsAttention: true, coverage: { state: 'unknown', message: 'EC2 said no' } },
    ],
  ])('%s is the first line', (_name, verdict, hosts, overrides) => {
    const text = rendered(hosts, overrides, { colour: false, width: 200 });
    expect(text.split('\n')[0]).toContain(verdict);
  });

  test('is followed by what was removed, account, region, trigger and command', () => {
    const text = flat(rendered([CLEANED]));
    for (const words of [
      'Removed 1 project, 1 container, 1 image, 1 volume',
      '1 host targeted: 1 succeeded',
      'account 123456789012, region eu-central-1',
      'started by the schedule, execution f1, sent at 2026-11-23 23:30 UTC, took 1 min 30 s',
      'command e8d3c0e4-71f7-4491-898f-c9b35bee5f3b',
    ]) {
      expect(text).toContain(words);
    }
    expect(flat(rendered([CLEANED], { trigger: { by: 'hand' } }))).toContain('started by hand, sent at');
  });
});

test('a report of an earlier version leaves out what it does not know', () => {
  const unrecorded = { account: undefined, region: undefined, trigger: undefined, sizeOfRemoved: undefined };
  const earlier = JSON.parse(JSON.stringify({ ...runOf([CLEANED]), ...unrecorded })) as ReadRun;
  const text = flat(renderReport(earlier, [CLEANED], PLAIN));
  expect(text).toContain('Stack/Housekeeping sent at 2026-11-23 23:30 UTC, took 1 min 30 s command');
  expect(text).not.toMatch(/undefined|the sum of the own sizes/);
});

test('the order is: verdict, trouble, removed, kept and why, disks, tasks', () => {
  const text = rendered([FAILED, CLEANED], { reasons: [LEFTOVERS] });
  const headings = [
    '✕ Needs attention',
    'Trouble',
    'Still there',
    'Removed',
    'Kept, and why',
    'Disks',
    'Tasks',
  ];
  const places = headings.map((heading) => `\n${text}`.indexOf(`\n${heading}`));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

describe.each(WIDTHS)('at %i columns', (width) => {
  const busy = host('busy', { ...CLEANED, objects: EVERY_OBJECT });

  test('no line is too long', () => {
    const text = rendered([busy, FAILED], { reasons: [LEFTOVERS] }, { colour: false, width });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  test('every object is there with its whole name, and its reason', () => {
    const text = rendered([busy], {}, { colour: false, width });
    const squeezed = text.replace(/\s+/g, '');
    for (const { id, project } of EVERY_OBJECT) {
      expect(squeezed).toContain(id);
      expect(squeezed).toContain(id.replace('id', 'end'));
      expect(squeezed).toContain(project);
    }
    for (const why of KEPT)
      for (const word of KEPT_REASONS[why].words.split(' ')) expect(text).toContain(word);
    for (const kind of REMOVABLE) expect(text).toContain(REMOVABLE_KINDS[kind].singular.split(' ')[0]);
  });

  test('a message is whole', () => {
    const message = 'word '.repeat(60).trim();
    const text = rendered(
      [{ ...FAILED, message }],
      { reasons: [{ ...LEFTOVERS, message }] },
      { colour: false, width },
    );
    expect(flat(text)).toContain(message);
  });
});

describe('what was removed', () => {
  test('is named, with kind, size, age and project', () => {
    const text = rendered([CLEANED]);
    expect(text).toMatch(/volume +todobackend_public +3d +todobackend\n/);
    expect(text).toMatch(/container +todobackend-app-1 bb0000000001 +todobackend\n/);
    expect(text).toMatch(/image +<none> cc0000000001 +3\.9 MiB +3d\n/);
  });

  test('is what would be removed, in a dry run', () => {
    const dryRun = true;
    const objects = REMOVED_OBJECTS.map((object) => ({ ...object, fate: 'would-remove' as const }));
    const text = rendered([{ ...CLEANED, dryRun, objects }], { dryRun });
    expect(text).toContain('\nWould be removed\n');
    expect(flat(text)).toContain('Dry run: nothing was removed. A run would remove 1 project');
    expect(text).toContain('todobackend_public');
    expect(text).not.toContain('freed');
    expect(text.replace('nothing was removed', '')).not.toMatch(/(?<!would (be )?)removed?\b/i);
  });

  test('is grouped by host if there are several', () => {
    const text = rendered([CLEANED, host('5'), { ...CLEANED, instanceId: 'i-4' }]);
    expect(occurrences(text, '  on i-1 (docker-1)\n')).toBe(2);
    expect(occurrences(text, '  on i-4 (docker-1)\n')).toBe(2);
    expect(text).not.toContain('on i-5');
  });

  test('is nothing, or counted by a script that lists no objects', () => {
    expect(rendered([host('1')])).toContain('\nRemoved\n  nothing\n');
    const counted = host('1', { removed: counts({ images: 6 }) });
    expect(rendered([counted])).toContain('\nRemoved\n  6 images, which no list names\n');
  });

  test('is a list of at most 1000 objects in a large fleet, with the number of the others', () => {
    const hosts = Array.from({ length: 300 }, (_, i) => host(`${i}`, { objects: REMOVED_OBJECTS }));
    const text = rendered(hosts);
    expect(occurrences(text, 'todobackend_public')).toBe(250);
    expect(text).toContain("and 200 more objects: each host's event lists its own");
  });
});

describe('what was kept', () => {
  test('is listed with the reason first, by reason, and counted', () => {
    const text = rendered([CLEANED]);
    expect(text).toContain('1 in use, 1 too young, 1 excluded by name');
    const rows = [/^ +in use +image +shop\/web:1/m, /^ +too young +image +<none> aa0000000001/m];
    const places = [...rows, /^ +excluded by name +volume +shop_data/m].map((row) => text.search(row));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test('is left out if no task kept anything', () => {
    expect(rendered([host('1')])).not.toContain('Kept');
  });
});

describe('objects that are missing from the lists', () => {
  const lacking = host('1', { objectsMissing: 12 });

  test('are counted, with the hosts and where they are', () => {
    const text = flat(rendered([lacking, CLEANED]));
    expect(text).toContain('12 objects missing from these lists');
    expect(text).toContain('under /var/lib/amazon/ssm/*/document/orchestration');
    expect(text).toContain('On i-1 (docker-1)');
  });

  test('are in the log group, where there is one', () => {
    const text = flat(rendered([lacking], { hostOutput: { logGroupName: '/output' } }));
    expect(text).toContain('in the log group /output, in the log streams that begin with e8d3c0e4');
  });
});

describe('trouble', () => {
  test('is grouped by reason, with what to do once and every host by name', () => {
    const message =
      'the command could not be delivered: see whether the instance still exists and its SSM Agent answers';
    const lost = Array.from({ length: 7 }, (_, i) =>
      host(`lost${i}`, { outcome: 'unreachable', reason: 'undeliverable', message }),
    );
    const group = { outcome: 'unreachable', reason: 'undeliverable', count: 7, message } as const;
    const text = flat(
      rendered([...lost, FAILED], { reasons: [{ ...group, examples: lost.slice(0, 5) }, LEFTOVERS] }),
    );
    expect(text).toContain(
      '7 hosts not reached: undeliverable the command could not be delivered What to do: see',
    );
    expect(occurrences(text, 'see whether the instance still exists')).toBe(1);
    for (const { instanceId } of lost) expect(occurrences(text, instanceId)).toBe(1);
    expect(text).toContain(
      '1 host failed: leftovers the Engine says: volume is in use What to do: read `left`',
    );
  });

  test('names at most 100 hosts of a reason', () => {
    const hosts = Array.from({ length: 10_000 }, (_, i) =>
      host(`${i}`, { outcome: 'unreachable', reason: 'connection-lost' }),
    );
    const group = { outcome: 'unreachable', reason: 'connection-lost', count: 10_000 } as const;
    const text = flat(rendered(hosts, { reasons: [{ ...group, examples: hosts.slice(0, 5) }] }));
    expect(text).toContain('10000 hosts not reached: connection-lost');
    expect(text).toContain('9900 more hosts');
  });

  test('shows the reason of your own script, for which there is only its message', () => {
    const own = { ...LEFTOVERS, reason: 'registry-down', message: 'the registry does not answer' };
    const text = flat(rendered([{ ...FAILED, reason: 'registry-down' }], { reasons: [own] }));
    expect(text).toContain('1 host failed: registry-down the registry does not answer On i-2 (docker-2)');
  });

  test('names what is still there, as rows', () => {
    const text = rendered([FAILED]);
    expect(text).toContain('Still there, and a task should have removed it');
    expect(text).toMatch(/volume +todobackend_public +todobackend\n/);
  });

  test('has a digest that was not sent, and hosts whose output is missing', () => {
    const hostOutput = { logGroupName: '/output', hostsWithout: 3, examples: [CLEANED] };
    const text = flat(rendered([CLEANED], { digestFailed: 'the topic does not exist', hostOutput }));
    expect(text).toContain('Trouble the notification was not sent: the topic does not exist');
    expect(text).toContain('3 hosts wrote no output to /output: i-1 (docker-1), 2 more hosts');
  });

  test('is not what was skipped on purpose', () => {
    const skipped = host('1', { outcome: 'skipped', reason: 'locked' });
    const text = rendered([skipped], {
      reasons: [{ outcome: 'skipped', reason: 'locked', count: 1, examples: [skipped] }],
    });
    expect(text).not.toContain('Trouble');
    expect(flat(text)).toContain('Skipped 1 host skipped: locked another run was active on the host');
  });
});

test('warnings have their meaning, what to do and the hosts', () => {
  const warnings = [{ code: 'compose-missing', count: 9, examples: [CLEANED] }];
  const text = flat(rendered([CLEANED], { warnings }));
  expect(text).toContain('Warnings compose-missing the host has no Compose, so the Engine stopped');
  expect(text).toContain(
    'What to do: install Compose if order or hooks matter On i-1 (docker-1), 8 more hosts',
  );
});

test('killed containers are named by service, with the remedy once', () => {
  const killed = ['app-1', 'app-2'].map((container) => ({
    project: 'todobackend',
    service: 'app',
    container,
    grace: 10,
    instanceId: 'i-1',
    remedy: 'start uwsgi with --die-on-term',
  }));
  const text = flat(rendered([CLEANED], { killed, killedTotal: 3 }));
  expect(text).toContain('3 containers killed after the grace period');
  expect(text).toContain(
    'todobackend/app: app-1 on i-1, app-2 on i-1 What to do: start uwsgi with --die-on-term and 1 more',
  );
  expect(occurrences(text, '--die-on-term')).toBe(1);
});

describe('disks', () => {
  test('are shown before and after, the fullest first', () => {
    const full = host('full', { host: { ...FACTS, diskPercent: 98 }, diskPercentAfter: 97 });
    const text = rendered([CLEANED, full, host('lost', { outcome: 'unreachable' })]);
    expect(text).toMatch(
      /i-full \(docker-full\) +98 % +97 % +12 %\n +i-1 \(docker-1\) +71 % +61 % +12 % +11 %\n/,
    );
    expect(text).toContain('not known of 1 host\n');
  });

  test('have two sums, each with its meaning', () => {
    const text = flat(rendered([CLEANED]));
    expect(text).toContain('1.5 GiB freed, as measured on the disk: what others wrote counts too');
    expect(text).toContain(
      '2.5 GiB is the sum of the own sizes of the removed objects: shared layers count in each',
    );
  });
});

describe('the tasks', () => {
  test('are shown of the only host', () => {
    const text = flat(rendered([CLEANED]));
    expect(text).toContain('Tasks on i-1 (docker-1): succeeded host: nothing, 1 s Engine 29.4.0, containerd');
    expect(text).toContain('prune: done, 1 image, 1 s kept: 1 in use, 1 too young, 1 excluded by name');
    expect(text).toContain('disk: nothing, 1 s disk 61 %, inodes 11 %');
  });

  test('are shown only of hosts in trouble if there are several', () => {
    const text = rendered([CLEANED, FAILED]);
    expect(text).toContain('Tasks on i-2 (docker-2): failed');
    expect(text).not.toContain('Tasks on i-1');
  });
});

test('a host cannot control the terminal', () => {
  const message = 'clear \u001b[2J the \u0007 screen \u202e';
  const evil = {
    ...FAILED,
    message,
    instanceName: `a\u001b]0;b`,
    objects: [{ ...FAILED.objects[0]!, id: '\u001b[2J' }],
  };
  const options = { colour: true, width: 80 };
  const text = rendered([evil], { reasons: [{ ...LEFTOVERS, message, examples: [evil] }] }, options);
  for (const control of ['\u001b[2J', '\u001b]', '\u0007', '\u202e']) expect(text).not.toContain(control);
  expect(text).toContain('\u001b[31m');
  expect(rendered([evil])).not.toContain('\u001b');
});
