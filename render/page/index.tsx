import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { HostReport } from '../../lib/contract';
import type { ReadRun } from '../read-report';
import { Disks } from './disks';
import { Hosts } from './hosts';
import { Time } from './parts';
import type { SectionProps } from './parts';
import { Kept } from './kept';
import { Killed } from './killed';
import { Removals } from './removed';
import { Engines, RunFacts, triggerText } from './run-facts';
import { Trouble } from './trouble';
import { Tiles, Verdict } from './verdict';
import { Warnings } from './warnings';
import { withVisibleTexts } from './visible';
import { shortened } from './words';

/** The style sheet and the script are in the page as they are here: its policy allows them by their hashes, and nothing else. */
const STYLE = ['theme', 'sections', 'tables', 'charts', 'narrow', 'print']
  .map((name) => readFileSync(join(__dirname, 'style', `${name}.css`), 'utf8'))
  .join('\n');
const SCRIPT = readFileSync(join(__dirname, 'filter.js'), 'utf8');
/** Longest name of a host that is not cut, in characters. */
const LONGEST_NAME = 64;
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const POLICY =
  `default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}; ` +
  "base-uri 'none'; form-action 'none'";

/**
 * Renders the report of a run as one self-contained page: it loads nothing, and its script only searches and filters.
 * Without the script everything can be read.
 */
export function renderPage(run: ReadRun, hosts: readonly HostReport[]): string {
  const report = withVisibleTexts({ run, hosts: hosts.map(withShortName) });
  return `<!doctype html>${renderToString(<Page {...report} />)}\n`;
}

/** EC2 allows names of 256 characters. */
function withShortName(host: HostReport): HostReport {
  const { instanceName } = host;
  return instanceName === undefined ? host : { ...host, instanceName: shortened(instanceName, LONGEST_NAME) };
}

function Page({ run, hosts }: { run: ReadRun; hosts: readonly HostReport[] }): VNode {
  const report = { run, hosts };
  // What is most urgent comes first.
  const sections = [
    Trouble(report),
    Removals(report),
    Kept(report),
    Killed(report),
    Warnings(report),
    Disks(report),
    Hosts(report),
    Engines(report),
    RunFacts(report),
  ].filter((section) => section !== null);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>{`Docker housekeeping: ${run.housekeeping}, ${run.requestedAt.slice(0, 10)}`}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <header>
          <h1>
            {run.dryRun ? 'Dry run' : 'Run'} of {run.housekeeping}
          </h1>
          <Subtitle run={run} />
          <Verdict run={run} />
          <Tiles {...report} />
        </header>
        <Contents sections={sections} />
        <main>{sections}</main>
        <script dangerouslySetInnerHTML={{ __html: SCRIPT }} />
      </body>
    </html>
  );
}

function Contents({ sections }: { sections: readonly VNode<SectionProps>[] }): VNode {
  return (
    <nav aria-label="Contents">
      {sections.map(({ props: { id, heading } }) => (
        <a key={id} href={`#${id}`}>
          {heading}
        </a>
      ))}
    </nav>
  );
}

function Subtitle({ run }: { run: ReadRun }): VNode {
  const { account, region, trigger } = run;
  return (
    <p class="subtitle">
      <Time iso={run.requestedAt} />
      {account ? <span>account {account}</span> : null}
      {region ? <span>{region}</span> : null}
      {trigger ? <span>started by {triggerText(run)}</span> : null}
    </p>
  );
}
