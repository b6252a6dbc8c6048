import type { VNode } from 'preact';
import { SIGTERM_REMEDY } from '../../lib/contract';
import { FewHosts } from './few-hosts';
import { groupBy, largestFirst } from './grouping';
import { Section, Sentence } from './parts';
import type { ReportProps, SectionProps } from './parts';
import { counted } from './words';

/** How many services are named. */
const NAMED = 30;

/** The services whose containers had to be killed: each once, with one remedy for all. */
export function Killed({ run, hosts }: ReportProps): VNode<SectionProps> | null {
  if (run.killedTotal === 0) return null;
  const killed = hosts.flatMap((host) => host.killed.map((container) => ({ ...container, host })));
  const services = largestFirst(groupBy(killed, ({ project, service }) => `${project}/${service}`));
  const unnamed = run.killedTotal - killed.length;
  return (
    <Section id="killed" heading="Services that ignore SIGTERM">
      <p>
        {counted(run.killedTotal, 'container')} had to be killed, because the process did not end within its
        grace period.
      </p>
      <p class="action">
        <b>What to do:</b> <Sentence text={SIGTERM_REMEDY} />
      </p>
      <table class="services">
        <caption>The service with the most containers first</caption>
        <thead>
          <tr>
            {['Service', 'Containers', 'Grace', 'Hosts'].map((heading) => (
              <th scope="col" key={heading}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {services.slice(0, NAMED).map(([service, own]) => (
            <tr key={service}>
              <th scope="row">{service}</th>
              <td>{counted(own.length, 'container')}</td>
              <td>{Math.max(...own.map(({ grace }) => grace))} s</td>
              <td>
                <FewHosts hosts={[...new Set(own.map(({ host }) => host))]} run={run} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {unnamed > 0 ? (
        <p class="note">{counted(unnamed, 'more container')} had no room in the hosts’ results.</p>
      ) : null}
      {services.length > NAMED ? (
        <p class="note">{counted(services.length - NAMED, 'more service')} not shown here.</p>
      ) : null}
    </Section>
  );
}
