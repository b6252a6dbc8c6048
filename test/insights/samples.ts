import type { CommandInvocation, CommandPlugin } from '@aws-sdk/client-ssm';
import { sentCommand } from '../../lambda/report/collect';
import { hostReport, publishable } from '../../lambda/report/host-report';
import { interpret } from '../../lambda/report/interpret';
import { summarise, withMetrics } from '../../lambda/report/summarise';
import { verdict } from '../../lambda/report/verdict';
import { DRY_RUN_PARAMETER } from '../../lib/contract';
import type {
  HostFacts,
  HostReport,
  KilledContainer,
  ListedObject,
  Removable,
  RunReport,
  StepResult,
} from '../../lib/contract';
import { ACCOUNT, GROUP, REGION, command, invocation, plugin, result } from '../lambda/report/support';
import type { LogEvent } from './discover';

const HOUSEKEEPING = 'Stack/Housekeeping';
const MIB = 1024 * 1024;

/** A report as the reporter makes it. */
export interface SampleReport {
  readonly logStream: string;
  readonly run: RunReport;
  readonly hosts: readonly HostReport[];
  readonly events: readonly LogEvent[];
}

/** What the event of a host has besides the results of its steps. */
type Details = Partial<Pick<HostReport, 'objects' | 'diskPercentAfter' | 'inodePercentAfter'>>;

interface SampleOptions {
  readonly dryRun?: boolean;
  /** Instances that the command was not sent to. */
  readonly notReached?: readonly string[];
  /** By instance. */
  readonly details?: Readonly<Record<string, Details>>;
}

/** A run whose hosts' steps printed this. */
export function report(
  commandId: string,
  requestedAt: string,
  invocations: readonly CommandInvocation[],
  { dryRun = false, notReached = [], details = {} }: SampleOptions = {},
): SampleReport {
  const identity = { housekeeping: HOUSEKEEPING, commandId, dryRun };
  const sent = sentCommand(
    command({
      CommandId: commandId,
      RequestedDateTime: new Date(requestedAt),
      Parameters: { [DRY_RUN_PARAMETER]: [String(dryRun)] },
      TargetCount: invocations.length,
    }),
  );
  const reportedAt = new Date(sent.requestedAt.getTime() + 90_000);
  const hosts = [
    ...invocations.map((each) => interpret(each, identity)),
    ...notReached.map((id) => hostReport(identity, { id }, verdict('not-registered'))),
  ].map((host) => detailed(publishable(host), details[host.instanceId]));
  const coverage = { state: 'known', running: hosts.length, notReached: notReached.length } as const;
  const origin = { housekeeping: HOUSEKEEPING, account: ACCOUNT, region: REGION };
  const logStream = `${requestedAt.slice(0, 10).replaceAll('-', '/')}/${commandId}`;
  const stream = { logGroupName: GROUP, logStreamName: logStream };
  const run = summarise(origin, sent, hosts, { coverage, stream }, reportedAt);
  const messages = [...hosts, withMetrics(run)].map((event) => JSON.stringify(event));
  const events = messages.map((message, i) => ({
    logStream,
    message,
    timestamp: reportedAt.getTime() - (i < hosts.length ? 1 : 0),
  }));
  return { logStream, run, hosts, events };
}

/** The event with these details. Lists come last, as the contract says. */
function detailed(
  { killed, steps, objects: listed, ...others }: HostReport,
  { objects = listed, ...disk }: Details = {},
): HostReport {
  return { ...others, ...disk, killed, steps, objects };
}

/** All that a host reports about itself. */
export function facts(overrides: Partial<HostFacts> = {}, dryRun = false): CommandPlugin {
  const host: HostFacts = {
    engine: '29.4.0',
    store: 'containerd',
    compose: '5.1.0',
    diskPercent: 50,
    inodePercent: 12,
    images: 9,
    containers: 3,
    danglingImages: 4,
    volumes: 2,
    ...overrides,
  };
  return plugin('host', result({ task: 'Host', dryRun, host }));
}

export function task(overrides: Partial<StepResult>): CommandPlugin {
  return plugin(
    'compose-down',
    result({ task: 'ComposeDown', ...overrides }),
    overrides.outcome === 'failed' ? 1 : 0,
  );
}

/** An invocation on instance `i-<name>`. */
export function on(
  name: string,
  plugins: readonly CommandPlugin[],
  overrides: Partial<CommandInvocation> = {},
): CommandInvocation {
  return invocation(plugins, { InstanceId: `i-${name}`, InstanceName: `host-${name}`, ...overrides });
}

export const OLD: Partial<HostFacts> = { engine: '20.10.24', store: 'classic', compose: '1.29.2' };
export const APP: KilledContainer = {
  project: 'todobackend',
  service: 'app',
  container: 'todobackend-app-1',
  grace: 10,
};
const WEB: KilledContainer = { project: 'shop', service: 'web', container: 'shop-web-1', grace: 45 };

const IMAGE: ListedObject = {
  fate: 'removed',
  kind: 'images',
  id: '3f2a91bc04d7',
  name: 'todobackend_app:latest',
  project: 'todobackend',
  size: 4 * MIB,
  age: '3d',
};
const VOLUME: ListedObject = {
  fate: 'removed',
  kind: 'volumes',
  id: 'todobackend_db',
  project: 'todobackend',
};

const nothing = (dryRun = false): CommandPlugin => task({ dryRun });

/** Two days of a fleet with all kinds of outcomes, and a dry run between the real runs. */
export function samples(): SampleReport[] {
  const removed: Readonly<Record<Removable, number>> = {
    projects: 1,
    containers: 3,
    images: 4,
    volumes: 1,
    networks: 2,
    cacheRecords: 5,
  };
  return [
    report(
      'a',
      '2026-11-21T03:00:00Z',
      [
        on('1', [
          facts({ ...OLD, diskPercent: 71 }),
          task({ outcome: 'done', removed, bytesReclaimed: 3 * MIB }),
        ]),
        on('2', [
          facts({ diskPercent: 96 }),
          task({ outcome: 'done', removed: { containers: 2 }, killed: [APP, WEB] }),
        ]),
        on('3', [], { Status: 'Failed', StatusDetails: 'Undeliverable' }),
        on('4', [facts({ ...OLD, diskPercent: 20 }), nothing()]),
      ],
      { details: { 'i-1': { diskPercentAfter: 60, objects: [VOLUME, IMAGE] } } },
    ),
    report(
      'b',
      '2026-11-22T03:00:00Z',
      [
        on('1', [
          facts({ ...OLD, diskPercent: 71 }, true),
          task({ outcome: 'done', dryRun: true, removed: { images: 100 } }),
        ]),
        on('2', [
          facts({ diskPercent: 97 }, true),
          task({ outcome: 'failed', dryRun: true, reason: 'docker-unreachable', message: 'no answer' }),
        ]),
        on('3', [], { Status: 'TimedOut', StatusDetails: 'Delivery Timed Out' }),
      ],
      { dryRun: true, details: { 'i-1': { objects: [{ ...IMAGE, fate: 'would-remove' }] } } },
    ),
    report(
      'c',
      '2026-11-22T12:00:00Z',
      [
        on('1', [
          facts({ diskPercent: 40 }),
          task({ outcome: 'done', removed: { images: 2 }, bytesReclaimed: MIB }),
        ]),
        on(
          '2',
          [
            facts({ diskPercent: 93, inodePercent: 31 }),
            task({ outcome: 'done', removed: { containers: 1 }, killed: [APP] }),
          ],
          {
            Status: 'TimedOut',
            StatusDetails: 'ExecutionTimedOut',
          },
        ),
        on('3', [
          // Its Engine did not say in time how many there are.
          facts({ diskPercent: 64, danglingImages: undefined, volumes: undefined }),
          task({ outcome: 'skipped', reason: 'locked', message: 'another run is at it' }),
        ]),
        on('4', [
          // The host cannot see the file system this time.
          plugin(
            'host',
            result({
              task: 'Host',
              host: {
                ...OLD,
                engine: '20.10.24',
                store: 'classic',
                compose: '1.29.2',
                images: 1,
                containers: 1,
              },
            }),
          ),
          task({ outcome: 'failed', reason: 'leftovers', message: 'volume todobackend_public is left' }),
        ]),
      ],
      {
        details: {
          'i-1': { diskPercentAfter: 38 },
          'i-3': { diskPercentAfter: 61, objects: [{ ...IMAGE, fate: 'young' }] },
          'i-4': { objects: [{ ...VOLUME, fate: 'left' }] },
        },
      },
    ),
    report(
      'd',
      '2026-11-22T18:00:00Z',
      [
        on('1', [
          facts({ diskPercent: 41, danglingImages: 0, volumes: 7 }),
          task({
            outcome: 'done',
            removed: { images: 1, volumes: 1 },
            bytesReclaimed: 2 * MIB,
            killed: [APP],
          }),
        ]),
        on('3', [], { Status: 'Failed', StatusDetails: 'AccessDenied' }),
        on('5', [], { Status: 'Cancelled', StatusDetails: 'Cancelled' }),
        on('6', [], { Status: 'Cancelled', StatusDetails: 'Canceled' }),
        on('7', [], { Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut' }),
      ],
      {
        notReached: ['i-8'],
        details: {
          'i-1': { diskPercentAfter: 37, inodePercentAfter: 9, objects: [{ ...VOLUME, id: 'shop_db' }] },
        },
      },
    ),
  ];
}
