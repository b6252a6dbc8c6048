import { excerpt, TROUBLED_OUTCOMES } from '../../lib/contract';
import type { HostRef, ReasonCount, TroubledHost, WarningCount } from '../../lib/contract';
import { withinBytes } from './bounded';
import type { JudgedHost } from './host-report';

/** How many hosts of a group the run's event names. */
const EXAMPLES = 5;
/** Longest texts in the run's event, in characters. Codes of this package are much shorter; a user's script can give any. */
const LENGTH = { code: 100, message: 500 };
/** Room in the run's event, in bytes: enough for all codes of this package. */
const ROOM = { reasons: 64_000, warnings: 16_000 };
/** The code for the smallest groups, where users' scripts give more codes than there is room for. */
const OTHER = 'other';

/** The id and the name of a host. */
export function hostRef({ instanceId, instanceName }: HostRef): HostRef {
  return { instanceId, ...(instanceName ? { instanceName } : {}) };
}

/** The first of the hosts, which the run's event names. */
export function examplesOf(hosts: readonly HostRef[]): HostRef[] {
  return hosts.slice(0, EXAMPLES).map(hostRef);
}

/** Why a host needs attention, in short: its own event has the whole text. */
export function troubledHost(host: JudgedHost): TroubledHost {
  const { outcome, message } = host;
  const short = message ? { message: excerpt(message, LENGTH.message) } : {};
  return { ...hostRef(host), outcome, reason: reasonOf(host), ...short };
}

/** Groups all hosts that need attention: the gravest outcome comes first, and of each outcome the largest group. */
export function countReasons(hosts: readonly JudgedHost[]): ReasonCount[] {
  const all = TROUBLED_OUTCOMES.flatMap((outcome) => {
    const same = hosts.filter((host) => host.outcome === outcome);
    return groupBy(same, reasonOf).map(([reason, of]) => ({ outcome, reason, hosts: of }));
  });
  const named = withinBytes(all.map(reasonCount), ROOM.reasons);
  const rest = all.slice(named.length).flatMap((group) => group.hosts);
  const others = TROUBLED_OUTCOMES.map((outcome) => ({
    outcome,
    reason: OTHER,
    hosts: rest.filter((host) => host.outcome === outcome),
  }));
  return [...named, ...others.filter((group) => group.hosts.length > 0).map(reasonCount)];
}

interface HostsByReason extends Pick<ReasonCount, 'outcome' | 'reason'> {
  readonly hosts: readonly JudgedHost[];
}

function reasonCount({ outcome, reason, hosts }: HostsByReason): ReasonCount {
  const [message] = hosts.slice(0, 1).flatMap((host) => troubledHost(host).message ?? []);
  return {
    outcome,
    reason,
    count: hosts.length,
    ...(message ? { message } : {}),
    examples: examplesOf(hosts),
  };
}

/** Groups all hosts with warnings: the largest group comes first. */
export function countWarnings(hosts: readonly JudgedHost[]): WarningCount[] {
  const warned = hosts.flatMap((host) => warningsOf(host).map((code) => ({ code, host })));
  const all = groupBy(warned, ({ code }) => code);
  const named = withinBytes(
    all.map(([code, of]) => warningCount(code, of)),
    ROOM.warnings,
  );
  const rest = all.slice(named.length).flatMap(([, of]) => of);
  return rest.length > 0 ? [...named, warningCount(OTHER, rest)] : named;
}

function warningCount(code: string, warned: readonly { readonly host: JudgedHost }[]): WarningCount {
  const hosts = [...new Set(warned.map(({ host }) => host))];
  return { code, count: hosts.length, examples: examplesOf(hosts) };
}

function warningsOf({ steps }: JudgedHost): string[] {
  const codes = steps.flatMap(({ result }) => result?.warnings ?? []);
  return [...new Set(codes.map((code) => excerpt(code, LENGTH.code)))];
}

function reasonOf({ reason, outcome }: JudgedHost): string {
  return excerpt(reason ?? outcome, LENGTH.code);
}

/** The largest group comes first; of equal ones, that of the first item. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length);
}
