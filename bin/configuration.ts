import type { Duration } from 'aws-cdk-lib';
import { TimeZone } from 'aws-cdk-lib';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Node } from 'constructs';
import type {
  AlarmSettings,
  BuildCachePruneProps,
  ComposeDownProps,
  DanglingImagePruneProps,
  DockerHousekeepingProps,
  HousekeepingAlarms,
  HousekeepingTask,
  NetworkPruneProps,
  ShellTaskProps,
  StoppedContainerPruneProps,
  UnusedImagePruneProps,
  VolumePruneProps,
} from '../lib';
import {
  BuildCachePrune,
  ComposeDown,
  DanglingImagePrune,
  DockerHosts,
  NetworkPrune,
  NotifyOn,
  ShellTask,
  StoppedContainerPrune,
  UnusedImagePrune,
  VolumePrune,
} from '../lib';
import type { TaskKind } from '../lib/tasks';
import { refuse } from '../lib/validation';
import type { Read } from './read';
import {
  duration,
  email,
  flag,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  recordOf,
  roleName,
  scheduleExpression,
  size,
  text,
  timeZone,
} from './read';

/** The context key of cdk.json that holds the configuration. */
const CONTEXT_KEY = 'housekeeping';

/** The keys that the command line may set for one deployment, e.g. `-c dryRun=true`. */
const OVERRIDABLE = ['schedule', 'timeZone', 'enabled', 'dryRun'] as const;

/** The properties of the construct, the addresses to notify by e-mail, and the roles of hosts that may write their output. */
export interface AppConfiguration extends Omit<DockerHousekeepingProps, 'notify'> {
  readonly addresses: readonly string[];
  readonly hostRoles: readonly string[];
}

/**
 * The configuration in the app's context.
 *
 * @throws if a key is unknown or a value is not allowed
 */
export function configuration(context: Node): AppConfiguration {
  const all = context.getAllContext() as Record<string, unknown>;
  refuseMisspelt(Object.keys(all));
  const given = object(CONTEXT_KEY, all[CONTEXT_KEY]);
  const overrides = OVERRIDABLE.filter((key) => all[key] !== undefined).map((key) => [key, all[key]]);
  const read = readConfiguration(CONTEXT_KEY, { ...given, ...Object.fromEntries(overrides) });
  const { schedule, timeZone, notify, hostOutput, ...props } = read;
  const { roles = [], ...output } = hostOutput ?? {};
  return {
    ...props,
    schedule: ScheduleExpression.expression(schedule, timeZone ?? TimeZone.ETC_UTC),
    addresses: notify ?? [],
    hostOutput: hostOutput && output,
    hostRoles: roles,
  };
}

interface Configuration {
  readonly hosts: DockerHosts;
  readonly tasks: HousekeepingTask[];
  readonly schedule: string;
  readonly timeZone?: TimeZone;
  readonly enabled?: boolean;
  readonly dryRun?: boolean;
  readonly reportRetention?: RetentionDays;
  readonly reportDueEvery?: Duration;
  readonly hostOutput?: HostOutputConfiguration;
  readonly notify?: readonly string[];
  readonly notifyOn?: NotifyOn;
  readonly alarms?: HousekeepingAlarms;
  readonly dashboard?: boolean;
}

/** It has no encryption key: the app cannot make the policy of an existing key let CloudWatch Logs use it. */
interface HostOutputConfiguration {
  readonly retention?: RetentionDays;
  /** Names of IAM roles. */
  readonly roles?: readonly string[];
}

const readHosts: Read<DockerHosts> = (path, value) => {
  const [first, ...others] = Object.entries(mapOf(listOf(text))(path, value));
  if (first === undefined) {
    return refuse(path, value, 'names no tag', 'give at least one, e.g. { "DockerHost": ["true"] }');
  }
  return built('hosts', path, () =>
    others.reduce(
      (hosts, [key, values]) => hosts.andTagged(key, ...values),
      DockerHosts.tagged(first[0], ...first[1]),
    ),
  );
};

/** The properties of every task. */
const COMMON = { name: text, timeout: duration, whenDiskUsedAbove: number };
const BY_LABEL = { ...COMMON, labels: mapOf(text), olderThan: duration };

/** How to read each kind of task, by its class name. */
const TASKS: Readonly<Record<TaskKind, Read<HousekeepingTask>>> = {
  ComposeDown: taskOf(
    ComposeDown,
    recordOf<ComposeDownProps>({
      ...BY_LABEL,
      project: text,
      directory: text,
      files: listOf(text),
      removeVolumes: flag,
      exclude: listOf(text),
    }),
  ),
  DanglingImagePrune: taskOf(DanglingImagePrune, recordOf<DanglingImagePruneProps>(BY_LABEL, ['labels'])),
  UnusedImagePrune: taskOf(
    UnusedImagePrune,
    recordOf<UnusedImagePruneProps>(
      { ...BY_LABEL, keepNewest: number, maxRemovals: number, exclude: listOf(text) },
      ['labels'],
    ),
  ),
  StoppedContainerPrune: taskOf(
    StoppedContainerPrune,
    recordOf<StoppedContainerPruneProps>({ ...BY_LABEL, exclude: listOf(text) }, ['labels']),
  ),
  VolumePrune: taskOf(
    VolumePrune,
    recordOf<VolumePruneProps>({ ...BY_LABEL, exclude: listOf(text) }, ['labels']),
  ),
  NetworkPrune: taskOf(
    NetworkPrune,
    recordOf<NetworkPruneProps>({ ...BY_LABEL, composeLeftovers: flag, exclude: listOf(text) }),
  ),
  BuildCachePrune: taskOf(
    BuildCachePrune,
    recordOf<BuildCachePruneProps>({ ...COMMON, olderThan: duration, keepStorage: size }),
  ),
  ShellTask: taskOf(
    ShellTask,
    recordOf<ShellTaskProps>({ ...COMMON, script: text, supportsDryRun: flag }, ['script']),
  ),
};

function taskOf<P>(Task: new (props: P) => HousekeepingTask, read: Read<P>): Read<HousekeepingTask> {
  return (path, value) => new Task(read(path, value));
}

/**
 * Builds a part of the construct, whose errors do not know where it is in cdk.json: they get its path.
 *
 * @param root how these errors begin, e.g. `ComposeDown`
 */
function built<T>(root: string, path: string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    const { message } = error as Error;
    if (!message.startsWith(root)) throw error;
    throw new Error(path + message.slice(root.length), { cause: error });
  }
}

const readTask: Read<HousekeepingTask> = (path, value) => {
  const { type, ...props } = object(path, value);
  if (typeof type !== 'string' || !Object.hasOwn(TASKS, type)) {
    return refuse(
      `${path}.type`,
      type,
      'is not a kind of task',
      `use one of: ${Object.keys(TASKS).join(', ')}`,
    );
  }
  return built(type, path, () => TASKS[type as TaskKind](path, props));
};

/** @param what what the list has, e.g. `address` */
function uniqueListOf(what: string, read: Read<string>): Read<readonly string[]> {
  return (path, value) => {
    const items = listOf(read)(path, value);
    items.forEach((item, index) => {
      const first = items.indexOf(item);
      if (first < index) {
        refuse(`${path}[${index}]`, item, `is also ${path}[${first}]`, `give each ${what} once`);
      }
    });
    return items;
  };
}

const readAlarm = recordOf<AlarmSettings>({
  enabled: flag,
  threshold: number,
  period: duration,
  evaluationPeriods: number,
  datapointsToAlarm: number,
  treatMissingData: oneOf(Object.values(TreatMissingData)),
});

const readAlarms = recordOf<HousekeepingAlarms>({
  hostsFailed: readAlarm,
  hostsUnreachable: readAlarm,
  noHosts: readAlarm,
  diskStillFull: readAlarm,
  noReport: readAlarm,
  notSent: readAlarm,
  reporterFailing: readAlarm,
});

/** In days, as CloudWatch Logs accepts them; 9999 means without expiry. */
const readRetention = oneOf(Object.values(RetentionDays).filter((days) => typeof days === 'number'));

const readConfiguration = recordOf<Configuration>(
  {
    hosts: readHosts,
    tasks: listOf(readTask),
    schedule: scheduleExpression,
    timeZone,
    enabled: flag,
    dryRun: flag,
    reportRetention: readRetention,
    reportDueEvery: duration,
    hostOutput: recordOf<HostOutputConfiguration>({
      retention: readRetention,
      roles: uniqueListOf('role', roleName),
    }),
    notify: uniqueListOf('address', email),
    notifyOn: oneOf(Object.values(NotifyOn)),
    alarms: readAlarms,
    dashboard: flag,
  },
  ['hosts', 'tasks', 'schedule'],
);

/** The CDK ignores unknown context, so `-c dryrun=true` would deploy runs that remove. */
function refuseMisspelt(keys: string[]): void {
  const letters = (key: string): string => key.toLowerCase().replace(/[^a-z]/g, '');
  for (const key of keys) {
    const meant = OVERRIDABLE.find((known) => letters(key).replace(CONTEXT_KEY, '') === letters(known));
    if (meant !== undefined && meant !== key) {
      refuse('context', key, 'is not a known key', `write -c ${meant}=...`);
    }
  }
}
