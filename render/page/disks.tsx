import type { VNode } from 'preact';
import { bytesText } from '../../lib/contract';
import type { HostReport } from '../../lib/contract';
import { Bar, HostName, Section } from './parts';
import type { ReportProps, SectionProps } from './parts';
import { countText, counted, diskText } from './words';

/** How many hosts each chart shows. */
const SHOWN = 12;
const DECILES = Array.from({ length: 10 }, (_, i) => i * 10);

/** Use of the file systems that hold the Engines' data, before and after, and what each host freed. */
export function Disks({ run, hosts }: ReportProps): VNode<SectionProps> | null {
  const known = hosts.filter(
    ({ host, diskPercentAfter }) => host?.diskPercent !== undefined || diskPercentAfter !== undefined,
  );
  if (known.length === 0) return null;
  const fullest = known.toSorted((a, b) => use(b) - use(a)).slice(0, SHOWN);
  const freed = hosts
    .filter(({ bytesReclaimed }) => bytesReclaimed > 0)
    .toSorted((a, b) => b.bytesReclaimed - a.bytesReclaimed);
  const most = freed[0]?.bytesReclaimed ?? 1;
  return (
    <Section id="disks" heading="Disks">
      <p class="legend">
        <span class="key fill" /> in use {run.dryRun ? 'now' : 'after'}
        {run.dryRun ? null : (
          <>
            {' '}
            <span class="key before" /> freed: in use before
          </>
        )}
      </p>
      {known.length > SHOWN ? <Distribution hosts={known} /> : null}
      <div class="charts">
        <table class="chart">
          <caption>
            {known.length > SHOWN
              ? `The ${SHOWN} fullest disks of ${countText(known.length)}`
              : 'Use of the disk by host, the fullest first'}
          </caption>
          <ChartHead columns={['Host', 'Disk', 'Use']} />
          <tbody>
            {fullest.map((host) => (
              <tr key={host.instanceId}>
                <th scope="row">
                  <HostName host={host} run={run} />
                </th>
                <td class="bars">
                  <Bar
                    percent={use(host)}
                    {...(host.host?.diskPercent !== undefined && { before: host.host.diskPercent })}
                  />
                </td>
                <td class="number">
                  {diskText(host)}
                  <Inodes host={host} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {freed.length > 0 ? (
          <table class="chart">
            <caption>
              {freed.length > SHOWN
                ? `The ${SHOWN} hosts of ${countText(freed.length)} that freed most`
                : 'Space freed by host, measured on its disk'}
            </caption>
            <ChartHead columns={['Host', 'Share', 'Freed']} />
            <tbody>
              {freed.slice(0, SHOWN).map((host) => (
                <tr key={host.instanceId}>
                  <th scope="row">
                    <HostName host={host} run={run} />
                  </th>
                  <td class="bars">
                    <Bar percent={(host.bytesReclaimed / most) * 100} />
                  </td>
                  <td class="number">{bytesText(host.bytesReclaimed)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : null}
      </div>
    </Section>
  );
}

function ChartHead({ columns }: { columns: readonly string[] }): VNode {
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <th scope="col" key={column}>
            {column}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** Full inodes fill a disk too, and are rare: shown where they are fuller than the blocks. */
function Inodes({ host: { host, inodePercentAfter } }: { host: HostReport }): VNode | null {
  const inodes = inodePercentAfter ?? host?.inodePercent;
  if (inodes === undefined || inodes <= (host?.diskPercent ?? 0)) return null;
  return <span class="quiet"> inodes {inodes} %</span>;
}

/** How many disks are how full, before and after: for a fleet whose hosts are too many for a row each. */
function Distribution({ hosts }: { hosts: readonly HostReport[] }): VNode {
  const before = hosts.flatMap(({ host }) => host?.diskPercent ?? []);
  const after = hosts.flatMap(({ diskPercentAfter }) => diskPercentAfter ?? []);
  const count = (percents: readonly number[], from: number): number =>
    percents.filter((percent) => Math.min(9, Math.floor(percent / 10)) * 10 === from).length;
  const most = Math.max(...DECILES.flatMap((from) => [count(before, from), count(after, from)]));
  return (
    <table class="chart distribution">
      <caption>{counted(hosts.length, 'host')} by use of the disk, before and after</caption>
      <ChartHead columns={['Use', 'Hosts', 'Before', 'After']} />
      <tbody>
        {DECILES.toReversed().map((from) => (
          <tr key={from}>
            <th scope="row">
              {from}–{from === 90 ? 100 : from + 9} %
            </th>
            <td class="bars">
              <svg class="bar pair" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class="before" width={((count(before, from) / most) * 100).toFixed(1)} height="4.5" />
                <rect
                  class="fill"
                  y="5.5"
                  width={((count(after, from) / most) * 100).toFixed(1)}
                  height="4.5"
                />
              </svg>
            </td>
            <td class="number">{countText(count(before, from))}</td>
            <td class="number">{after.length > 0 ? countText(count(after, from)) : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function use({ host, diskPercentAfter }: HostReport): number {
  return diskPercentAfter ?? host?.diskPercent ?? 0;
}
