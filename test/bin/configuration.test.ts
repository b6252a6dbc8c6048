import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { NotifyOn } from '../../lib';
import type { AppConfiguration } from '../../bin/configuration';
import { configuration } from '../../bin/configuration';
import type { TaskKind } from '../../lib/tasks';

type Given = Record<string, unknown>;
const prune = { type: 'DanglingImagePrune', labels: { application: 'todobackend' } };
const valid = { hosts: { DockerHost: ['true'] }, tasks: [prune], schedule: 'rate(1 day)' };

/** The configuration from a `cdk.json` and a command line. */
function configured(housekeeping: unknown, commandLine: Given = {}): AppConfiguration {
  return configuration(new App({ context: { housekeeping, ...commandLine } }).node);
}

test('the shipped configuration cleans as the Makefile of todobackend did, nightly, on hosts tagged DockerHost', () => {
  const { context } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'cdk.json'), 'utf8')) as {
    context: Given;
  };
  const { hosts, tasks, schedule, enabled, dryRun, addresses, dashboard } = configured(context.housekeeping);
  expect(hosts._targets()).toEqual([{ Key: 'tag:DockerHost', Values: ['true'] }]);
  expect(tasks.map(({ _script }) => [_script.kind, _script.settings])).toMatchObject([
    ['ComposeDown', { PROJECT: 'todobackend', DIRECTORY: '', FILES: '', REMOVE_VOLUMES: 'true' }],
    ['DanglingImagePrune', { LABELS: 'application=todobackend', OLDER_THAN: '3600' }],
  ]);
  expect([schedule.expressionString, schedule.timeZone?.timezoneName]).toEqual([
    'cron(0 3 * * ? *)',
    'Etc/UTC',
  ]);
  expect([enabled, dryRun, addresses, dashboard]).toEqual([true, false, [], false]);
});

test('every property of a task can be set', () => {
  const { tasks } = configured({
    ...valid,
    tasks: [
      {
        type: 'ComposeDown',
        name: 'nightly',
        timeout: 'PT1H30M',
        project: 'app',
        directory: '/srv/app',
        files: ['compose.yml'],
        removeVolumes: true,
      },
      { ...prune, name: 'images', timeout: 'P1D', olderThan: 'PT0S' },
    ],
  });
  expect(tasks.map(({ name, timeout }) => [name, timeout.toMinutes()])).toEqual([
    ['nightly', 90],
    ['images', 24 * 60],
  ]);
  expect(tasks.map(({ _script }) => _script.settings)).toMatchObject([
    { PROJECT: 'app', DIRECTORY: '/srv/app', FILES: '/srv/app/compose.yml', REMOVE_VOLUMES: 'true' },
    { LABELS: 'application=todobackend', OLDER_THAN: '0' },
  ]);
});

const labels = { application: 'todobackend' };
/** For each kind of task: its entry in cdk.json, and the settings that the host gets for it. */
const CONFIGURED: Readonly<Record<TaskKind, readonly [object, object]>> = {
  ComposeDown: [
    { labels, olderThan: 'P3D', exclude: ['main'], whenDiskUsedAbove: 70 },
    { OLDER_THAN: '259200', EXCLUDE: 'main', WHEN_DISK_USED_ABOVE: '70' },
  ],
  DanglingImagePrune: [{ labels, olderThan: 'PT3H' }, { OLDER_THAN: '10800' }],
  UnusedImagePrune: [
    { labels, keepNewest: 2, maxRemovals: 10, exclude: ['*:lts'] },
    { KEEP_NEWEST: '2', MAX_REMOVALS: '10', EXCLUDE: '*:lts' },
  ],
  StoppedContainerPrune: [{ labels, olderThan: 'PT2H' }, { OLDER_THAN: '7200' }],
  VolumePrune: [{ labels }, { OLDER_THAN: '3600' }],
  NetworkPrune: [{ composeLeftovers: true }, { COMPOSE_LEFTOVERS: 'true' }],
  BuildCachePrune: [{ keepStorage: '20GiB' }, { KEEP_STORAGE: '21474836480' }],
  ShellTask: [{ script: 'echo', supportsDryRun: true }, { SUPPORTS_DRY_RUN: 'true' }],
};

test.each(Object.entries(CONFIGURED))('%s can be configured', (type, [given, settings]) => {
  const { tasks } = configured({ ...valid, tasks: [{ type, ...given }] });
  expect(tasks.map(({ _script }) => [_script.kind, _script.settings])).toMatchObject([[type, settings]]);
});

test('hosts can be narrowed by several tags', () => {
  const { hosts } = configured({ ...valid, hosts: { DockerHost: ['true'], Stage: ['test', 'acceptance'] } });
  expect(hosts._targets()).toEqual([
    { Key: 'tag:DockerHost', Values: ['true'] },
    { Key: 'tag:Stage', Values: ['test', 'acceptance'] },
  ]);
});

test('everything that watches the runs can be set', () => {
  const read = configured({
    ...valid,
    notify: ['ops@example.com', 'on-call+night@ops.example.org'],
    notifyOn: 'attention',
    dashboard: true,
    alarms: {
      noHosts: { enabled: false },
      hostsUnreachable: {
        threshold: 3,
        period: 'PT10M',
        evaluationPeriods: 2,
        datapointsToAlarm: 1,
        treatMissingData: 'missing',
      },
    },
    reportDueEvery: 'P7D',
    reportRetention: 30,
  });
  expect(read).toMatchObject({
    addresses: ['ops@example.com', 'on-call+night@ops.example.org'],
    notifyOn: NotifyOn.ATTENTION,
    dashboard: true,
    alarms: { noHosts: { enabled: false }, hostsUnreachable: { threshold: 3, treatMissingData: 'missing' } },
    reportRetention: 30,
  });
  expect(read.alarms?.hostsUnreachable?.period?.toMinutes()).toBe(10);
  expect(read.reportDueEvery?.toDays()).toBe(7);
});

test('the whole output of hosts can be asked for, with the roles that may send it', () => {
  expect(configured(valid)).toMatchObject({ hostOutput: undefined, hostRoles: [] });
  expect(configured({ ...valid, hostOutput: {} })).toMatchObject({ hostOutput: {}, hostRoles: [] });
  const hostOutput = { retention: 7, roles: ['DockerHost', 'build.hosts@eu'] };
  expect(configured({ ...valid, hostOutput })).toMatchObject({
    hostOutput: { retention: 7 },
    hostRoles: ['DockerHost', 'build.hosts@eu'],
  });
});

test('the command line overrides cdk.json', () => {
  const commandLine = {
    dryRun: 'true',
    enabled: 'false',
    schedule: 'rate(2 hours)',
    timeZone: 'Europe/Berlin',
  };
  const { dryRun, enabled, schedule } = configured({ ...valid, dryRun: false, enabled: true }, commandLine);
  expect({ dryRun, enabled }).toEqual({ dryRun: true, enabled: false });
  expect([schedule.expressionString, schedule.timeZone?.timezoneName]).toEqual([
    'rate(2 hours)',
    'Europe/Berlin',
  ]);
});

test.each(['dryrun', 'dry-run', 'DRY_RUN', 'housekeeping.dryRun', 'timezone', 'Enabled'])(
  'refuses the misspelt -c %s=..., which the CDK would ignore',
  (key) => {
    expect(() => configured(valid, { [key]: 'true' })).toThrow(
      new RegExp(`^context: got "${key}", which is not a known key; write -c (dryRun|timeZone|enabled)=`),
    );
  },
);

test('ignores other context', () => {
  expect(() =>
    configured(valid, { 'cli-telemetry': false, '@aws-cdk/core:newFlag': true, stage: 'x' }),
  ).not.toThrow();
});

const task = (properties: Given): Given => ({ ...valid, tasks: [properties] });

test.each<[unknown, string]>([
  [undefined, 'housekeeping: got undefined, which is not an object; give an object'],
  ['{}', 'housekeeping: got "{}", which is not an object'],
  [{ tasks: [prune], schedule: 'rate(1 day)' }, "which has no 'hosts'; add 'hosts'"],
  [{ ...valid, tasks: undefined }, "which has no 'tasks'; add 'tasks'"],
  [{ ...valid, schedule: undefined }, "which has no 'schedule'; add 'schedule'"],
  [
    { ...valid, shedule: 'x' },
    'housekeeping.shedule: got "x", which belongs to an unknown key; use one of: hosts, tasks, schedule, timeZone, enabled, dryRun',
  ],
  [{ ...valid, hosts: {} }, 'housekeeping.hosts: got {}, which names no tag; give at least one'],
  [{ ...valid, hosts: { a: 'b' } }, 'housekeeping.hosts["a"]: got "b", which is not a list; give a list'],
  [{ ...valid, hosts: { a: [true] } }, 'housekeeping.hosts["a"][0]: got true, which is not a string'],
  [
    { ...valid, hosts: { a: ['b', '*'] } },
    'housekeeping.hosts["a"][1]: got "*", which is not a valid tag value; use letters',
  ],
  [
    { ...valid, hosts: { a: ['b'], c: [] } },
    'housekeeping.hosts["c"]: got [], which is not a list of 1 to 5 values; give 1 to 5 values',
  ],
  [{ ...valid, tasks: prune }, 'which is not a list; give a list'],
  [{ ...valid, tasks: ['prune'] }, 'housekeeping.tasks[0]: got "prune", which is not an object'],
  [
    task({}),
    'housekeeping.tasks[0].type: got undefined, which is not a kind of task; use one of: ComposeDown',
  ],
  [task({ type: 'Prune' }), 'housekeeping.tasks[0].type: got "Prune", which is not a kind of task'],
  [
    task({ type: 'ComposeDown', project: 'a', removeVolume: true }),
    'housekeeping.tasks[0].removeVolume: got true, which belongs to an unknown key; use one of: name, timeout, whenDiskUsedAbove, labels, olderThan, project, directory, files, removeVolumes, exclude',
  ],
  [
    task({ type: 'ComposeDown', project: 'a', removeVolumes: 'yes' }),
    'housekeeping.tasks[0].removeVolumes: got "yes", which is not true or false; give true or false',
  ],
  [task({ type: 'ComposeDown', project: 1 }), 'housekeeping.tasks[0].project: got 1, which is not a string'],
  [
    task({ type: 'ComposeDown' }),
    "housekeeping.tasks[0]: got {}, which has none of 'project', 'directory' and 'labels'",
  ],
  [
    { ...valid, tasks: [prune, { type: 'ComposeDown', directory: '/srv', files: ['a.yml', ''] }] },
    'housekeeping.tasks[1].files[1]: got "", which is not the path of a file; give the path of a Compose file',
  ],
  [
    task({ type: 'VolumePrune', labels, exclude: ['a', 'b', 3] }),
    'housekeeping.tasks[0].exclude[2]: got 3, which is not a string; give a string',
  ],
  [
    task({ type: 'VolumePrune', labels, exclude: ['a', ''] }),
    'housekeeping.tasks[0].exclude[1]: got "", which is empty; give a shell pattern, e.g. \'release-*\'',
  ],
  [
    task({ ...prune, labels: { 'a b': '' } }),
    'housekeeping.tasks[0].labels: got "a b", which is not a valid label key',
  ],
  [
    task({ ...prune, labels: { a: ' b' } }),
    'housekeeping.tasks[0].labels["a"]: got " b", which begins or ends with white space',
  ],
  [
    task({ ...prune, whenDiskUsedAbove: 100 }),
    'housekeeping.tasks[0].whenDiskUsedAbove: got 100, which is out of range; give a whole number from 0 to 99',
  ],
  [task({ type: 'DanglingImagePrune' }), "which has no 'labels'; add 'labels'"],
  [
    task({ ...prune, olderThan: '1h' }),
    'housekeeping.tasks[0].olderThan: got "1h", which is not a duration; give it',
  ],
  [task({ ...prune, olderThan: 3600 }), 'housekeeping.tasks[0].olderThan: got 3600, which is not a duration'],
  [task({ ...prune, olderThan: 'PT' }), 'housekeeping.tasks[0].olderThan: got "PT", which is not a duration'],
  [task({ ...prune, __proto__x: 1 }), 'which belongs to an unknown key'],
  [task({ ...prune, toString: 1 }), 'housekeeping.tasks[0].toString: got 1, which belongs to an unknown key'],
  [
    { ...valid, schedule: '0 3 * * *' },
    'housekeeping.schedule: got "0 3 * * *", which is not a schedule expression',
  ],
  [{ ...valid, schedule: 'cron(0 3 * * ?)' }, "give e.g. 'cron(0 3 * * ? *)' with six fields"],
  [{ ...valid, schedule: 'rate(0 days)' }, 'which is not a schedule expression'],
  [
    { ...valid, timeZone: 'Europe/Bärlin' },
    'housekeeping.timeZone: got "Europe/Bärlin", which is not a time zone',
  ],
  [
    { ...valid, timeZone: '+01:00' },
    'housekeeping.timeZone: got "+01:00", which is not a time zone; give an IANA name',
  ],
  [{ ...valid, enabled: 'maybe' }, 'housekeeping.enabled: got "maybe", which is not true or false'],
  [{ ...valid, dryRun: 1 }, 'housekeeping.dryRun: got 1, which is not true or false'],
  [
    { ...valid, notify: 'ops@example.com' },
    'housekeeping.notify: got "ops@example.com", which is not a list',
  ],
  [
    { ...valid, notify: ['ops'] },
    'housekeeping.notify[0]: got "ops", which is not an e-mail address; give one, e.g. \'ops@example.com\'',
  ],
  [{ ...valid, notify: ['Ops <ops@example.com>'] }, 'which is not an e-mail address'],
  [{ ...valid, notify: ['a@b.c, d@e.f'] }, 'which is not an e-mail address'],
  [{ ...valid, notify: [`${'a'.repeat(250)}@b.cd`] }, 'which is not an e-mail address'],
  [
    { ...valid, notify: ['a@b.cd', 'e@f.gh', 'a@b.cd'] },
    'housekeeping.notify[2]: got "a@b.cd", which is also housekeeping.notify[0]; give each address once',
  ],
  [
    { ...valid, hostOutput: true },
    'housekeeping.hostOutput: got true, which is not an object; give an object',
  ],
  [
    { ...valid, hostOutput: { retention: 42 } },
    'housekeeping.hostOutput.retention: got 42, which is not one of the known values; use one of: 1, 3, 5',
  ],
  [
    { ...valid, hostOutput: { roles: ['arn:aws:iam::111122223333:role/DockerHost'] } },
    "which is not the name of an IAM role; give the name without ARN and path, e.g. 'DockerHost'",
  ],
  [
    { ...valid, hostOutput: { roles: ['DockerHost', 'DockerHost'] } },
    'housekeeping.hostOutput.roles[1]: got "DockerHost", which is also housekeeping.hostOutput.roles[0]; give each role once',
  ],
  [
    { ...valid, notifyOn: 'failure' },
    'housekeeping.notifyOn: got "failure", which is not one of the known values; use one of: every-run, attention',
  ],
  [
    { ...valid, alarms: { noHost: {} } },
    'housekeeping.alarms.noHost: got {}, which belongs to an unknown key',
  ],
  [
    { ...valid, alarms: { noHosts: false } },
    'housekeeping.alarms.noHosts: got false, which is not an object',
  ],
  [
    { ...valid, alarms: { noHosts: { treatMissingData: 'bad' } } },
    'use one of: breaching, notBreaching, ignore, missing',
  ],
  [
    { ...valid, reportDueEvery: '1 day' },
    'housekeeping.reportDueEvery: got "1 day", which is not a duration',
  ],
  [
    { ...valid, reportRetention: 2 },
    'got 2, which is not one of the known values; use one of: 1, 3, 5, 7, 14, 30',
  ],
])('refuses %j: %s', (housekeeping, message) => {
  expect(() => configured(housekeeping)).toThrow(message);
});
