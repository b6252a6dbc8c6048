import { createHash } from 'node:crypto';
import {
  bytesText,
  durationText,
  explain,
  FAILED_OUTCOMES,
  HOST_OUTCOME_TABLE,
  HOST_OUTCOMES,
  noHostReason,
  plural,
  REMOVABLE,
  removedText,
  TROUBLED_OUTCOMES,
} from '../lib/contract';
import type { HostOutcome, HostReport, RunReport } from '../lib/contract';
import { Html, html } from './html';
import { NOTHING, hostTable, leftOut, outcomeText, round, section, table } from './page-parts';
import { PAGE_STYLE } from './page-style';
import { hostName } from './terminal';

/** How many disks, and combinations of Engine, store and Compose, are shown. */
const SHOWN_FACTS = 20;

// One string, because the hash covers every character between the tags.
const STYLE = new Html(`<style>${PAGE_STYLE}</style>`);
const STYLE_HASH = createHash('sha256').update(PAGE_STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/** Renders the report of a run as one self-contained page, without network access or scripts. */
export function renderPage(run: RunReport, hosts: readonly HostReport[]): string {
  const of = (...outcomes: HostOutcome[]): HostReport[] =>
    hosts.filter(({ outcome }) => outcomes.includes(outcome));
  const title = `Docker housekeeping: ${run.housekeeping}, ${run.requestedAt.slice(0, 10)}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${STYLE}
      </head>
      <body>
        <header>
          <h1>${run.dryRun ? 'Dry run' : 'Run'} of ${run.housekeeping}</h1>
          <p class="quiet">requested at <time>${run.requestedAt}</time></p>
          ${verdict(run)}
        </header>
        <main>
          ${removals(run)} ${outcomes(run)} ${troubled(of(...FAILED_OUTCOMES))}
          ${notReached(run, of('unreachable'))} ${killed(run)} ${disks(hosts)} ${engines(hosts)}
          ${others(of('succeeded', 'skipped'))} ${facts(run)}
        </main>
      </body>
    </html> `.markup;
}

function verdict(run: RunReport): Html {
  const { hosts, coverage } = run;
  const noHost = noHostReason(run);
  const reasons = [
    ...(noHost ? [`there was no host to clean: ${explain(noHost)}`] : []),
    ...TROUBLED_OUTCOMES.filter((outcome) => hosts[outcome] > 0).map(
      (outcome) => `${plural(hosts[outcome], 'host')} ${HOST_OUTCOME_TABLE[outcome].words}`,
    ),
    ...(coverage.state === 'unknown'
      ? [`it is not known whether all hosts were reached: ${coverage.message ?? 'no reason was given'}`]
      : []),
  ];
  const dry = run.dryRun
    ? html`<p class="dry-run">
        <strong>Dry run:</strong> nothing was removed; this is what a run would remove.
      </p>`
    : NOTHING;
  return run.needsAttention
    ? html`${dry}
        <p class="verdict attention"><strong>✕ Needs attention:</strong> ${reasons.join('; ')}.</p>`
    : html`${dry}
        <p class="verdict well"><strong>✓ All is well:</strong> nothing needs attention.</p>`;
}

function removals(run: RunReport): Html {
  const counts = REMOVABLE.filter((kind) => run.removed[kind] > 0).map(
    (kind) => html`<li>${removedText({ [kind]: run.removed[kind] })}</li>`,
  );
  return html`<section>
    <h2>${run.dryRun ? 'What would be removed' : 'What was removed'}</h2>
    ${
      counts.length > 0
        ? html`<ul>
            ${counts}
          </ul>`
        : html`<p>Nothing.</p>`
    }
    ${run.dryRun ? NOTHING : html`<p><strong>${bytesText(run.bytesReclaimed)}</strong> reclaimed.</p>`}
  </section>`;
}

/** Screen readers cannot read a bar, so the table below it says the same. */
function outcomes(run: RunReport): Html {
  const total = HOST_OUTCOMES.reduce((sum, outcome) => sum + run.hosts[outcome], 0);
  const share = (outcome: HostOutcome): number => (total > 0 ? (run.hosts[outcome] / total) * 100 : 0);
  let left = 0;
  const segments = HOST_OUTCOMES.map((outcome) => {
    const segment = html`<rect
      class="${outcome}"
      x="${round(left)}"
      y="0"
      width="${round(share(outcome))}"
      height="10"
    />`;
    left += share(outcome);
    return segment;
  });
  return html`<section>
    <h2>Hosts</h2>
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" x="0" y="0" width="100" height="10" />
      ${segments}
    </svg>
    ${table(
      `${plural(run.hosts.targeted, 'host')} targeted, by outcome`,
      ['Outcome', '#Hosts', '#Share'],
      HOST_OUTCOMES.map((outcome) => [
        outcomeText(outcome),
        run.hosts[outcome],
        `${share(outcome).toFixed(1)} %`,
      ]),
    )}
  </section>`;
}

function troubled(hosts: readonly HostReport[]): Html {
  return section(
    'Hosts that failed',
    hosts,
    hostTable(`${plural(hosts.length, 'host')} with a failure or a timeout`, hosts),
  );
}

function notReached({ coverage }: RunReport, hosts: readonly HostReport[]): Html {
  const running =
    coverage.running === undefined
      ? NOTHING
      : html`<p>${plural(coverage.running, 'instance')} ran with these tags.</p>`;
  return section(
    'Hosts that were not reached',
    hosts,
    html`${running}${hostTable(`${plural(hosts.length, 'host')} that Systems Manager did not reach`, hosts)}`,
  );
}

function others(hosts: readonly HostReport[]): Html {
  const summary = `${plural(hosts.length, 'host')} succeeded or skipped`;
  return section(
    'Hosts without trouble',
    hosts,
    html`<details>
      <summary>${summary}</summary>
      ${hostTable(summary, hosts)}
    </details>`,
  );
}

function killed(run: RunReport): Html {
  return section(
    'Containers that had to be killed',
    run.killed,
    html`${table(
      `${plural(run.killedTotal, 'container')} did not end on SIGTERM`,
      ['Container', 'Project', 'Host', '#Grace', 'What to do'],
      run.killed.map(({ container, project, instanceId, grace, remedy }) => [
        container,
        project,
        instanceId,
        `${grace} s`,
        remedy,
      ]),
    )}${leftOut(run.killedTotal - run.killed.length, 'container')}`,
  );
}

function disks(hosts: readonly HostReport[]): Html {
  const known = hosts
    .flatMap((host) => (host.host?.diskPercent === undefined ? [] : { host, percent: host.host.diskPercent }))
    .sort((a, b) => b.percent - a.percent);
  return section(
    'Disk use',
    known,
    html`${table(
      'Use of the file systems that hold the Engines’ data, the fullest first',
      ['Host', '#Blocks', '#Inodes', 'Bar'],
      known.slice(0, SHOWN_FACTS).map(({ host, percent }) => [
        hostName(host),
        `${percent} %`,
        host.host?.inodePercent === undefined ? 'not known' : `${host.host.inodePercent} %`,
        html`<svg class="disk" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          <rect class="track" x="0" y="0" width="100" height="10" />
          <rect class="filled" x="0" y="0" width="${round(Math.min(100, percent))}" height="10" />
        </svg>`,
      ]),
    )}${leftOut(known.length - SHOWN_FACTS, 'host')}`,
  );
}

function engines(hosts: readonly HostReport[]): Html {
  const kinds = new Map<string, { facts: readonly string[]; count: number }>();
  for (const { host } of hosts) {
    if (!host) continue;
    const facts = [host.engine, host.store, host.compose];
    const key = JSON.stringify(facts);
    kinds.set(key, { facts, count: (kinds.get(key)?.count ?? 0) + 1 });
  }
  const rows = [...kinds.values()].sort((a, b) => b.count - a.count);
  return section(
    'Engines',
    rows,
    html`${table(
      'Versions and image stores',
      ['Engine', 'Image store', 'Compose', '#Hosts'],
      rows.slice(0, SHOWN_FACTS).map(({ facts, count }) => [...facts, count]),
    )}${leftOut(rows.length - SHOWN_FACTS, 'kind')}`,
  );
}

function facts(run: RunReport): Html {
  const { state, running, notReached, message } = run.coverage;
  const coverage = {
    known: `${plural(running ?? 0, 'running instance')} with these tags, ${notReached ?? 0} not reached`,
    unknown: `not known: ${message ?? 'no reason was given'}`,
    'not-applicable': 'the command was not sent by tags',
  }[state];
  const rows: readonly (readonly [string, string])[] = [
    ['Kind', run.dryRun ? 'dry run' : 'run'],
    ['Command', run.commandId],
    ['Document', run.documentName],
    ['Requested at', run.requestedAt],
    ['Reported at', run.reportedAt],
    ['Duration', durationText(run.seconds)],
    ['Status in Systems Manager', run.commandStatus],
    ['Coverage', coverage],
  ];
  return html`<section>
    <h2>The run</h2>
    <dl>
      ${rows.map(
        ([name, fact]) =>
          html`<dt>${name}</dt>
            <dd>${fact}</dd>`,
      )}
    </dl>
  </section>`;
}
