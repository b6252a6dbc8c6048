/**
 * The style sheet of the report page. No inline `style` anywhere: the page's content security policy
 * allows this sheet, by its hash, and nothing else.
 */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b1f24; --quiet: #57606a; --line: #d0d7de; --shade: #f6f8fa;
  --succeeded: #1a7f37; --skipped: #6e7781; --failed: #cf222e; --timed-out: #9a6700; --unreachable: #8250df;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --ink: #e6edf3; --quiet: #9da7b1; --line: #30363d; --shade: #161b22;
    --succeeded: #3fb950; --skipped: #9da7b1; --failed: #ff7b72; --timed-out: #d29922; --unreachable: #bc8cff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
p { margin: .5rem 0; }
.verdict { border: 2px solid; border-left-width: .75rem; padding: .5rem .75rem; font-size: 1.1rem; }
.verdict.attention { border-color: var(--failed); }
.verdict.well { border-color: var(--succeeded); }
.dry-run { border: 2px dashed var(--timed-out); padding: .5rem .75rem; }
.quiet { color: var(--quiet); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--quiet); padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
thead th { background: var(--shade); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font-family: ui-monospace, monospace; font-size: .9em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .5rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; }
ul { margin: .25rem 0; padding-left: 1.2rem; }
summary { cursor: pointer; }
.outcome { font-weight: 600; white-space: nowrap; }
.succeeded { color: var(--succeeded); fill: var(--succeeded); }
.skipped { color: var(--skipped); fill: var(--skipped); }
.failed { color: var(--failed); fill: var(--failed); }
.timed-out { color: var(--timed-out); fill: var(--timed-out); }
.unreachable { color: var(--unreachable); fill: var(--unreachable); }
svg { display: block; width: 100%; height: 1.5rem; }
svg.disk { width: 10rem; height: .8rem; margin-top: .4rem; }
.track { fill: var(--line); }
.filled { fill: var(--ink); }
@media (max-width: 40rem) {
  body { padding: .5rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .4rem; }
  svg.disk { width: 5rem; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --quiet: #444; --line: #999; --shade: #eee; }
  body { max-width: none; font-size: 9pt; }
  .wide { overflow: visible; }
  tr { break-inside: avoid; }
  svg { print-color-adjust: exact; }
}
`;
