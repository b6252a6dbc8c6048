import { SNSClient } from '@aws-sdk/client-sns';
import { notify } from '../../../lambda/report/digest';
import { verdict } from '../../../lambda/report/verdict';
import { HOST_REASONS, REPORTER_REASONS, WARNINGS, logStreamUrl } from '../../../lib/contract';
import type { HostReport, ListedObject, RunReport, StepReport } from '../../../lib/contract';
import { LoopbackSns } from '../../../local/aws/loopback-sns';
import { WHERE, hosts, run } from './digest-runs';
import { REGION, result } from './support';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:housekeeping';
const server = new LoopbackSns();
let sns: SNSClient;

beforeAll(async () => {
  const credentials = { accessKeyId: 'loopback', secretAccessKey: 'loopback' };
  sns = new SNSClient({ endpoint: await server.start(), region: REGION, credentials });
  server.createTopic(TOPIC);
});
afterAll(async () => {
  sns.destroy();
  await server.stop();
});

/** The lines of the digest. */
async function body(report: RunReport): Promise<string[]> {
  await notify(sns, TOPIC, report, WHERE);
  return server.messages.at(-1)?.message.split('\n') ?? [];
}

/** The lines of a section, without its title. */
function section(lines: readonly string[], title: string): string[] {
  const start = lines.indexOf(title);
  expect(start).toBeGreaterThanOrEqual(0);
  const end = lines.indexOf('', start);
  return lines.slice(start + 1, end < 0 ? undefined : end);
}

const named = (all: readonly HostReport[], name: string): HostReport[] =>
  all.map((host, i) => ({ ...host, instanceId: `i-${name}-${i}`, instanceName: `${name}-${i}` }));
const object = (overrides: Partial<ListedObject>): ListedObject => ({
  fate: 'removed',
  kind: 'images',
  id: '3f2a91bc04d7',
  ...overrides,
});
const warned = (code: string): StepReport => ({ step: 'Prune', result: result({ warnings: [code] }) });

test('a run of 10,030 hosts with 441 in trouble for five reasons names all five, with hosts and what to do', async () => {
  const report = run([
    ...hosts(9_589),
    ...named(hosts(200, 'failed', { reason: 'docker-unreachable', message: 'down: no answer' }), 'web'),
    ...named(hosts(130, 'failed', { reason: 'leftovers', message: 'down: volume v is left' }), 'db'),
    ...named(hosts(1, 'timed-out', { ...verdict('timed-out') }), 'slow'),
    ...named(hosts(100, 'unreachable', { ...verdict('connection-lost', 'last heard of at noon') }), 'lost'),
    ...named(hosts(10, 'unreachable', { ...verdict('not-registered') }), 'new'),
  ]);
  const lines = await body(report);
  const { action } = REPORTER_REASONS['connection-lost'];
  expect(section(lines, '441 hosts need attention:')).toEqual([
    '- failed, docker-unreachable: 200 hosts: web-0 (i-web-0), web-1 (i-web-1), web-2 (i-web-2), ...',
    '  down: no answer',
    `  What to do: ${HOST_REASONS['docker-unreachable'].action}.`,
    '- failed, leftovers: 130 hosts: db-0 (i-db-0), db-1 (i-db-1), db-2 (i-db-2), ...',
    '  down: volume v is left',
    `  What to do: ${HOST_REASONS.leftovers.action}.`,
    '- timed-out, timed-out: 1 host: slow-0 (i-slow-0)',
    `  ${REPORTER_REASONS['timed-out'].meaning}`,
    `  What to do: ${REPORTER_REASONS['timed-out'].action}.`,
    '- unreachable, connection-lost: 100 hosts: lost-0 (i-lost-0), lost-1 (i-lost-1), lost-2 (i-lost-2), ...',
    `  ${REPORTER_REASONS['connection-lost'].meaning} (last heard of at noon)`,
    `  What to do: ${action}.`,
    '- unreachable, not-registered: 10 hosts: new-0 (i-new-0), new-1 (i-new-1), new-2 (i-new-2), ...',
    `  ${REPORTER_REASONS['not-registered'].meaning}`,
    `  What to do: ${REPORTER_REASONS['not-registered'].action}.`,
  ]);
  expect(lines).toContain('Hosts: 10030 targeted: 9589 succeeded, 330 failed, 1 timed-out, 110 unreachable.');
  expect(server.messages.at(-1)?.subject).toBe(
    '[attention] Stack/Housekeeping (123456789012 eu-central-1): 441 of 10030 hosts need attention',
  );
  // Trouble comes before everything else about the run.
  expect(lines.indexOf('441 hosts need attention:')).toBeLessThan(lines.indexOf('Removed: nothing.'));
});

test.each<[string, RunReport, string[]]>([
  ['no host', run([], { commandStatus: 'NoInstancesInTag' }), ['Removed: nothing.', 'Hosts: 0 targeted.']],
  [
    'one host that failed',
    run(named(hosts(1, 'failed', { reason: 'custom' }), 'web')),
    ['1 host needs attention:', '- failed, custom: 1 host: web-0 (i-web-0)'],
  ],
  ['one host that succeeded', run(hosts(1)), ['Hosts: 1 targeted: 1 succeeded.']],
])('the digest is right for %s', async (_name, report, expected) => {
  const lines = await body(report);
  for (const line of expected) expect(lines).toContain(line);
  if (!report.needsAttention) expect(lines.join('\n')).not.toContain('attention');
});

test('the digest begins with the run, its account, its region, what started it, and the link', async () => {
  expect((await body(run(hosts(1)))).slice(0, 3)).toEqual([
    'Run of Stack/Housekeeping, requested at 2026-11-23T23:30:00.000Z',
    'in account 123456789012, region eu-central-1, by the schedule (execution e-1).',
    `The whole report: ${logStreamUrl(REGION, WHERE)}`,
  ]);
  const [, origin] = await body(run(hosts(1), { trigger: { by: 'hand' } }));
  expect(origin).toBe('in account 123456789012, region eu-central-1, by hand.');
});

test('a region without a public console has no link', async () => {
  const lines = await body(run(hosts(1), { region: 'us-iso-east-1' }));
  expect(lines.join('\n')).not.toContain('http');
  expect(lines).toContain(`  log stream ${WHERE.logStreamName}`);
});

test('what was removed comes by project, the measured space beside the own sizes of the objects', async () => {
  const removed = { projects: 1, containers: 0, images: 3, volumes: 1, networks: 0, cacheRecords: 0 };
  const objects = [
    object({ project: 'shop' }),
    object({ project: 'shop', kind: 'volumes' }),
    object({ project: 'shop', kind: 'projects' }),
    object({}),
  ];
  const all = hosts(2, 'succeeded', {
    removed,
    objects,
    objectsMissing: 1,
    bytesReclaimed: 1024 ** 3,
    sizeOfRemoved: 2 * 1024 ** 3,
    diskPercentAfter: 64,
  });
  const lines = await body(run(all, { highestDiskPercent: 91 }));
  expect(section(lines, 'Removed: 2 projects, 6 images, 2 volumes.')).toEqual([
    'Space freed, measured on the disk: 2.0 GiB.',
    "Sum of the objects' own sizes: 4.0 GiB.",
    'By project:',
    '- shop: 2 projects, 2 images, 2 volumes on 2 hosts',
    '- without a project: 2 images on 2 hosts',
    "2 objects, removed or kept, not named: Systems Manager keeps only the beginning of each step's output.",
  ]);
  expect(lines).toContain('Fullest disk: 91 % before cleaning, 64 % after cleaning.');
});

test('a dry run has what would be removed by project, and no measured space', async () => {
  const objects = [object({ project: 'shop', fate: 'would-remove' })];
  const removed = { projects: 0, containers: 0, images: 1, volumes: 0, networks: 0, cacheRecords: 0 };
  const all = hosts(1, 'succeeded', { removed, objects, sizeOfRemoved: 1024, diskPercentAfter: 91 });
  const lines = await body(run(all, { dryRun: true, highestDiskPercent: 91 }));
  expect(section(lines, 'Would remove: 1 image. Nothing was removed.')).toEqual([
    "Sum of the objects' own sizes: 1.0 KiB.",
    'By project:',
    '- shop: 1 image on 1 host',
  ]);
  expect(lines).toContain('Fullest disk: 91 %.');
});

test('of many projects the digest shows ten, and counts the others', async () => {
  const objects = Array.from({ length: 70 }, (_, i) => object({ project: `preview-${i}` }));
  const lines = await body(run(hosts(1, 'succeeded', { objects })));
  expect(lines.filter((line) => line.startsWith('- preview-'))).toHaveLength(10);
  expect(lines).toContain('- and 60 more projects');
});

test('a loss comes with the trouble, other warnings come later, each with what to do', async () => {
  const report = run([
    ...named(hosts(2, 'succeeded', { steps: [warned('compose-missing')] }), 'web'),
    ...named(hosts(1, 'succeeded', { steps: [warned('tag-removed'), warned('custom')] }), 'ci'),
  ]);
  const lines = await body(report);
  expect(section(lines, 'Something was lost:')).toEqual([
    '- tag-removed: 1 host: ci-0 (i-ci-0)',
    `  ${WARNINGS['tag-removed'].meaning}.`,
    `  What to do: ${WARNINGS['tag-removed'].action}.`,
  ]);
  expect(section(lines, 'Warnings:')).toEqual([
    '- compose-missing: 2 hosts: web-0 (i-web-0), web-1 (i-web-1)',
    `  ${WARNINGS['compose-missing'].meaning}.`,
    `  What to do: ${WARNINGS['compose-missing'].action}.`,
    '- custom: 1 host: ci-0 (i-ci-0)',
  ]);
  expect(lines.indexOf('Something was lost:')).toBeLessThan(lines.indexOf('Removed: nothing.'));
  expect(server.messages.at(-1)?.subject).toBe(
    '[attention] Stack/Housekeeping (123456789012 eu-central-1): 3 hosts, something was lost',
  );
});

test('hosts that wrote no output to the log group come with what to do', async () => {
  const logGroupName = '/housekeeping/output';
  const examples = [{ instanceId: 'i-1', instanceName: 'web-1' }];
  const lines = await body(run(hosts(2), { hostOutput: { logGroupName, hostsWithout: 2, examples } }));
  expect(
    section(
      lines,
      'Hosts that wrote no output to the log group /housekeeping/output: 2 hosts: web-1 (i-1), ...',
    ),
  ).toEqual([expect.stringContaining('What to do: allow') as string]);
  for (const hostOutput of [{ logGroupName, hostsWithout: 0 }, { logGroupName }]) {
    expect((await body(run(hosts(2), { hostOutput }))).join('\n')).not.toContain('output to the log group');
  }
});
