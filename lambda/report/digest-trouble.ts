import {
  excerpt,
  explain,
  HOST_REASONS,
  LOSSES,
  noHostReason,
  plural,
  REPORTER_REASONS,
  SIGTERM_REMEDY,
  WARNINGS,
} from '../../lib/contract';
import type { HostRef, ReasonCount, RunReport, WarningCount } from '../../lib/contract';
import { LENGTH, SHOWN, omitted } from './digest-limits';
import { groupBy } from './groups';

/** What is wrong with the whole run: it had no host, or may have missed some. */
export function runTrouble(run: RunReport): string[] {
  const reason = noHostReason(run);
  const status = JSON.stringify(excerpt(run.commandStatus, LENGTH.name));
  const { state, message = '' } = run.coverage;
  return [
    ...(reason ? [`There was no host: ${explain(reason, `status ${status}`)}.`] : []),
    ...(state === 'unknown' ? [`Coverage is not known: ${excerpt(message, LENGTH.remedy)}.`] : []),
  ];
}

/** All hosts that need attention by reason, with what to do. */
export function hostTrouble({ reasons, troubledTotal }: RunReport): string[] {
  if (reasons.length === 0) return [];
  const shown = reasons.slice(0, SHOWN.reasons);
  const rest = reasons.slice(SHOWN.reasons);
  const restHosts = rest.reduce((sum, { count }) => sum + count, 0);
  return [
    `${plural(troubledTotal, 'host')} ${troubledTotal === 1 ? 'needs' : 'need'} attention:`,
    ...shown.flatMap(reasonLines),
    ...omitted(rest.length, 'reason', ` on ${plural(restHosts, 'host')}`),
  ];
}

function reasonLines({ outcome, reason, message = '', ...group }: ReasonCount): string[] {
  const action = actionFor(reason);
  // The reporter's own messages end with the action.
  const said = action ? message.replace(`: ${action}`, '') : message;
  return [
    `- ${outcome}, ${excerpt(reason, LENGTH.name)}: ${hostsText(group)}`,
    ...(said ? [`  ${excerpt(said, LENGTH.message)}`] : []),
    ...(action ? [`  What to do: ${action}.`] : []),
  ];
}

/** What you do about a reason of this package; undefined for one of a user's script. */
function actionFor(reason: string): string | undefined {
  const known = new Map(Object.entries({ ...HOST_REASONS, ...REPORTER_REASONS }));
  return known.get(reason)?.action;
}

/** The warnings that say that something was lost. */
export function losses({ warnings }: RunReport): string[] {
  return warningLines(
    'Something was lost:',
    warnings.filter(({ code }) => LOSSES.includes(code)),
  );
}

/** All other warnings. */
export function warnings(run: RunReport): string[] {
  return warningLines(
    'Warnings:',
    run.warnings.filter(({ code }) => !LOSSES.includes(code)),
  );
}

function warningLines(title: string, all: readonly WarningCount[]): string[] {
  if (all.length === 0) return [];
  const known = new Map(Object.entries(WARNINGS));
  return [
    title,
    ...all.slice(0, SHOWN.warnings).flatMap(({ code, ...group }) => {
      const warning = known.get(code);
      return [
        `- ${excerpt(code, LENGTH.name)}: ${hostsText(group)}`,
        ...(warning ? [`  ${warning.meaning}.`, `  What to do: ${warning.action}.`] : []),
      ];
    }),
    ...omitted(all.length - SHOWN.warnings, 'warning'),
  ];
}

/** The services whose containers had to be killed, each once. */
export function ignoresSigterm({ killed, killedTotal }: RunReport): string[] {
  if (killedTotal === 0) return [];
  const services = groupBy(killed, ({ project, service }) => `${project}/${service}`);
  const of = killedTotal > killed.length ? ` (here the first ${killed.length})` : '';
  return [
    `${plural(killedTotal, 'container')} had to be killed, as they ignore SIGTERM${of}:`,
    ...services.slice(0, SHOWN.services).map(([service, containers]) => {
      const hosts = new Set(containers.map(({ instanceId }) => instanceId)).size;
      return `- ${excerpt(service, LENGTH.name)}: ${plural(containers.length, 'container')} on ${plural(hosts, 'host')}`;
    }),
    ...omitted(services.length - SHOWN.services, 'service'),
    `  What to do for each service: ${SIGTERM_REMEDY}.`,
  ];
}

/** The hosts that wrote no output where they should. */
export function missingOutput({ hostOutput }: RunReport): string[] {
  if (!hostOutput?.hostsWithout) return [];
  const { hostsWithout, examples = [], logGroupName } = hostOutput;
  return [
    `Hosts that wrote no output to the log group ${logGroupName}: ${hostsText({ count: hostsWithout, examples })}`,
    '  What to do: allow their instance profiles to write there, as the README says.',
  ];
}

/** How many hosts, and the first of them by name and id. */
function hostsText({
  count,
  examples,
}: {
  readonly count: number;
  readonly examples: readonly HostRef[];
}): string {
  const names = examples.slice(0, SHOWN.hosts).map(({ instanceId, instanceName }) => {
    const id = excerpt(instanceId, LENGTH.host);
    return instanceName ? `${excerpt(instanceName, LENGTH.host)} (${id})` : id;
  });
  return `${plural(count, 'host')}: ${names.join(', ')}${count > names.length ? ', ...' : ''}`;
}
