import { createHash } from 'node:crypto';
import type { HostReport, KilledContainer, RunReport } from '../../lib/contract';
import { HOST_OUTCOMES } from '../../lib/contract';
import { PAGE_STYLE } from '../../render/page-style';
import { renderPage } from '../../render/page';
import { APP, OLD, facts, on, report, samples, task } from '../insights/samples';
import { readMarkup } from '../support/markup';
import type { Element } from '../support/markup';

/** The page of a run, which must be well-formed. */
class Page {
  readonly markup: string;
  readonly elements: readonly Element[];

  constructor({ run, hosts }: { run: RunReport; hosts: readonly HostReport[] }) {
    this.markup = renderPage(run, hosts);
    this.elements = readMarkup(this.markup);
  }

  all(name: string): Element[] {
    return this.elements.filter((element) => element.name === name);
  }

  /** The text of the page, on one line. */
  get text(): string {
    return flat(this.all('body')[0]?.text ?? '');
  }

  section(heading: string): string {
    const found = this.all('h2').find(({ text }) => flat(text) === heading);
    return flat(found?.ancestors.at(-1)?.text ?? '');
  }

  headings(): string[] {
    return this.all('h2').map(({ text }) => flat(text));
  }
}

const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();
const [FIRST, DRY, TROUBLED] = samples() as [Sample, Sample, Sample];
type Sample = ReturnType<typeof report>;

test('shows everything in the report', () => {
  const page = new Page(TROUBLED);
  expect(page.text).toContain('Needs attention: 1 host failed; 1 host timed out.');
  expect(page.section('What was removed')).toBe('What was removed 1 container 2 images 1.0 MiB reclaimed.');
  expect(page.section('Hosts')).toContain('✓ succeeded 1 25.0 % ✕ failed 1 25.0 % ⧖ timed-out 1 25.0 %');
  const failed = page.section('Hosts that failed');
  for (const words of [
    'i-2 (host-2)',
    'timed-out',
    'i-4',
    'leftovers',
    'volume todobackend_public is left',
    '2 steps',
  ]) {
    expect(failed).toContain(words);
  }
  expect(page.section('Containers that had to be killed')).toMatch(
    /todobackend-app-1 todobackend i-2 10 s .*--die-on-term/,
  );
  expect(page.section('Disk use')).toMatch(
    /i-2 \(host-2\) 93 % 31 %.*i-3 \(host-3\) 64 % 12 %.*i-1 \(host-1\) 40 %/,
  );
  expect(page.section('Engines')).toMatch(/29\.4\.0 containerd 5\.1\.0 3 20\.10\.24 classic 1\.29\.2 1$/);
  expect(page.section('Hosts without trouble')).toMatch(/i-1 .*i-3 .*locked.*another run is at it/);
  const run = page.section('The run');
  for (const words of [
    'Command c',
    'Housekeeping-Document-1A2B3C',
    '2026-11-22T12:00:00.000Z',
    '1 min 30 s',
    'Success',
  ]) {
    expect(run).toContain(words);
  }
});

test('hosts that were not reached are named with the reason', () => {
  const page = new Page(FIRST);
  expect(page.text).toContain('1 host not reached');
  expect(page.section('Hosts that were not reached')).toMatch(
    /i-3 \(host-3\) \? unreachable undeliverable the command could not be delivered/,
  );
});

test('the page of a run without trouble says so, and has no empty sections', () => {
  const page = new Page(report('quiet', '2026-11-23T03:00:00Z', [on('1', [facts(OLD), task({})])]));
  expect(page.text).toContain('All is well');
  expect(page.text).not.toContain('Needs attention');
  expect(page.section('What was removed')).toBe('What was removed Nothing. 0 B reclaimed.');
  expect(page.headings()).toEqual([
    'What was removed',
    'Hosts',
    'Disk use',
    'Engines',
    'Hosts without trouble',
    'The run',
  ]);
});

test('the page of a dry run is marked as one, and lists nothing as removed', () => {
  const page = new Page(DRY);
  expect(page.all('h1').map(({ text }) => text)).toEqual(['Dry run of Stack/Housekeeping']);
  expect(page.section('What would be removed')).toBe('What would be removed 100 images');
  expect(page.text).toContain('Dry run: nothing was removed');
  expect(page.text.replace('nothing was removed', '')).not.toMatch(/was removed|reclaimed| Removed /);
});

test.each([
  [
    'unknown',
    { state: 'unknown', message: 'ec2:DescribeInstances is denied' },
    'it is not known whether all hosts were reached: ec2:DescribeInstances is denied',
  ],
  [
    'no host',
    { state: 'known', running: 0, notReached: 0 },
    'there was no host to clean: Systems Manager found no managed node that carries the tags: compare',
  ],
  [
    'known',
    { state: 'known', running: 7, notReached: 0 },
    '7 running instances with these tags, 0 not reached',
  ],
  ['by hand', { state: 'not-applicable' }, 'the command was not sent by tags'],
] as const)('coverage: %s', (_name, coverage, words) => {
  const { run } = report('empty', '2026-11-23T03:00:00Z', []);
  expect(new Page({ run: { ...run, coverage, needsAttention: true }, hosts: [] }).text).toContain(words);
});

describe('the output of hosts', () => {
  const EVIL = `"><script>alert('x')</script><img src=x onerror=alert(1)> &amp; \u001b[2J\u0000 \u202Egnp.exe\u202C \u2066x\u2069 \u200B`;
  const killed: KilledContainer = { project: EVIL, service: EVIL, container: EVIL, grace: 1 };
  const evil = (dryRun: boolean): Sample =>
    report(
      EVIL,
      '2026-11-23T03:00:00Z',
      [
        on(
          '1',
          [
            facts({ engine: EVIL, compose: EVIL }, dryRun),
            task({ dryRun, outcome: 'failed', reason: EVIL, message: EVIL, left: [EVIL], warnings: [EVIL] }),
          ],
          { InstanceName: EVIL },
        ),
        on('2', [facts({}, dryRun), task({ dryRun, killed: [killed] })]),
        on('3', [facts({}, dryRun), { Name: EVIL, Status: 'Success', Output: EVIL }]),
        on('4', [], { StatusDetails: EVIL }),
      ],
      { dryRun },
    );

  test.each([false, true])('is only text (dry run: %p)', (dryRun) => {
    const page = new Page(evil(dryRun));
    for (const name of ['script', 'img', 'iframe', 'a', 'link', 'form']) expect(page.all(name)).toEqual([]);
    expect(page.text).toContain("<script>alert('x')</script>");
    expect(page.text).toContain('[U+001B]');
    expect(page.text).toContain('[U+202E]gnp.exe[U+202C]');
    expect(page.markup).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B-\u200F]/);
    expect(page.markup.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    for (const { attributes } of page.elements) {
      for (const name of Object.keys(attributes)) expect(name).not.toMatch(/^(on|style$|src|href)/);
    }
  });
});

test('loads nothing and runs nothing', () => {
  for (const sample of samples()) {
    const page = new Page(sample);
    expect(page.markup).not.toMatch(/https?:|\/\/|@import|url\(|javascript:/);
    const [policy] = page
      .all('meta')
      .filter(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy');
    const [style, ...others] = page.all('style');
    expect(others).toEqual([]);
    const hash = createHash('sha256')
      .update(style?.text ?? '')
      .digest('base64');
    expect(policy?.attributes.content).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    // A policy applies only to elements after it.
    expect(page.markup.indexOf('Content-Security-Policy')).toBeLessThan(page.markup.indexOf('<style'));
  }
});

test('is accessible', () => {
  const page = new Page(TROUBLED);
  expect(page.all('html')[0]?.attributes.lang).toBe('en');
  expect(page.all('h1')).toHaveLength(1);
  expect(page.all('title')[0]?.text).toContain('Stack/Housekeeping');
  expect(page.all('caption')).toHaveLength(page.all('table').length);
  for (const { text } of page.all('caption')) expect(text).not.toBe('');
  for (const { attributes } of page.all('th')) expect(attributes.scope).toMatch(/^(col|row)$/);
  // A drawing says nothing that the table next to it does not say.
  for (const { attributes } of page.all('svg')) expect(attributes['aria-hidden']).toBe('true');
  for (const { attributes, text } of page.all('span')) {
    expect(
      HOST_OUTCOMES.some((outcome) => attributes.class === `outcome ${outcome}` && text.includes(outcome)),
    ).toBe(true);
  }
});

test('every text colour has enough contrast, in light and dark mode', () => {
  const palettes = [...PAGE_STYLE.matchAll(/:root \{([^}]*--skipped[^}]*)\}/g)].map(([, block = '']) =>
    Object.fromEntries(
      [...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name = '', hex = '']) => [name, hex]),
    ),
  );
  expect(palettes).toHaveLength(2);
  for (const palette of palettes) {
    for (const name of ['ink', 'quiet', ...HOST_OUTCOMES]) {
      expect([name, contrast(palette[name], palette.paper) >= 4.5]).toEqual([name, true]);
    }
    expect(contrast(palette.ink, palette.shade)).toBeGreaterThanOrEqual(4.5);
  }
});

test('the page of 10,000 hosts has a limited size, and counts what it leaves out', () => {
  const long = 'word '.repeat(80);
  const fleet = report('huge', '2026-11-23T03:00:00Z', [
    ...Array.from({ length: 3000 }, (_, i) =>
      on(`bad-${i}`, [
        facts({ engine: `${i}` }),
        task({ outcome: 'failed', reason: 'leftovers', message: long, killed: [APP] }),
      ]),
    ),
    ...Array.from({ length: 500 }, (_, i) => on(`lost-${i}`, [], { StatusDetails: 'Undeliverable' })),
    ...Array.from({ length: 6500 }, (_, i) => on(`good-${i}`, [facts(), task({})])),
  ]);
  const page = new Page(fleet);
  expect(page.markup.length).toBeLessThan(2_000_000);
  const shown = 200;
  expect(page.section('Hosts that failed')).toContain(`${3000 - shown} hosts more not shown here`);
  expect(page.section('Hosts that were not reached')).toContain(`${500 - shown} hosts more not shown here`);
  expect(page.section('Hosts without trouble')).toContain(`${6500 - shown} hosts more not shown here`);
  expect(page.section('Containers that had to be killed')).toContain('2950 containers more not shown here');
  expect(page.section('Disk use')).toContain('9480 hosts more not shown here');
  expect(page.section('Engines')).toContain('2981 kinds more not shown here');
  // The page collapses hosts without trouble.
  const folded = page.all('details').filter(({ ancestors }) => ancestors.at(-1)?.name === 'section');
  expect(folded.map(({ text }) => flat(text).slice(0, 34))).toEqual(['6500 hosts succeeded or skipped 65']);
});

describe('the strict reader', () => {
  test.each([
    ['<p>', 'p never closed'],
    ['<p></b>', 'end tag without its start'],
    ['<p class=x></p>', 'no well-formed tag'],
    ['<p>a > b</p>', 'unescaped ">"'],
    ['<p>a & b</p>', 'unescaped "&"'],
    ['<p class="a" class="b"></p>', 'attribute twice'],
    ['<p />', 'close themselves'],
    ['<meta name="x">', 'close themselves'],
  ])('refuses %s', (markup, message) => {
    expect(() => readMarkup(`<!doctype html>${markup}`)).toThrow(message);
  });
});

/** @see https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio */
function contrast(one = '', other = ''): number {
  const luminance = (hex: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5]
      .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
