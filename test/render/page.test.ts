import { createHash } from 'node:crypto';
import type { HostReport, KilledContainer, RunReport } from '../../lib/contract';
import { HOST_OUTCOMES } from '../../lib/contract';
import { readReport } from '../../render/read-report';
import type { ReadRun } from '../../render/read-report';
import { renderPage } from '../../render/page';
import { APP, facts, on, report, samples, task } from '../insights/samples';
import type { SampleReport } from '../insights/samples';
import { readMarkup } from '../support/markup';
import type { Element } from '../support/markup';
import { counts, host, measured, reportOf, step } from './report-of';
import { drySample, fleet, sample } from './sample';

/** The page of a run, which must be well-formed. */
class Page {
  readonly markup: string;
  readonly elements: readonly Element[];

  constructor({ run, hosts }: { run: ReadRun; hosts: readonly HostReport[] }) {
    this.markup = renderPage(run, hosts);
    this.elements = readMarkup(this.markup.trim());
  }

  /** The page of a report that was published and read back. */
  static of({ events }: SampleReport): Page {
    return new Page(readReport(events.map(({ message }) => message).join('\n')));
  }

  all(name: string): Element[] {
    return this.elements.filter((element) => element.name === name);
  }

  /** The text that a reader sees, on one line. */
  get text(): string {
    return flat(['header', 'main'].map((name) => this.all(name)[0]?.text ?? '').join(' '));
  }

  section(heading: string): string {
    const found = this.all('h2').find(({ text }) => flat(text) === heading);
    return flat(found?.ancestors.at(-1)?.text ?? '');
  }

  headings(): string[] {
    return this.all('h2').map(({ text }) => flat(text));
  }

  links(): string[] {
    return this.all('a').map(({ attributes }) => attributes.href ?? '');
  }
}

const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();
const [FIRST, DRY, TROUBLED] = samples() as [SampleReport, SampleReport, SampleReport];

test('shows everything in a published report', () => {
  const page = Page.of(TROUBLED);
  expect(page.text).toContain('Needs attention: 1 host failed; 1 host timed out.');
  expect(page.section('What was removed')).toContain('1 container, 2 images');
  expect(page.section('What was removed')).toMatch(/Freed on the disks1\.0 MiB, measured/);
  const trouble = page.section('What needs attention');
  for (const words of [
    'host-2 i-2',
    '⧖ timed out',
    'host-4 i-4',
    'leftovers',
    'volume todobackend_public is left',
  ]) {
    expect(trouble).toContain(words);
  }
  expect(page.section('Services that ignore SIGTERM')).toMatch(
    /--die-on-term.*todobackend\/app1 container10 shost-2 i-2/,
  );
  expect(page.section('Disks')).toMatch(/host-2 i-2.*93.*host-3 i-3.*64.*host-1 i-1.*40/);
  expect(page.section('Engines')).toMatch(/29\.4\.0containerd5\.1\.03 hosts20\.10\.24classic1\.29\.21 host$/);
  expect(page.section('Hosts')).toMatch(
    /4 hosts targeted.*failed.*timed out.*locked.*another run is at it.*succeeded/,
  );
  const run = page.section('The run');
  for (const words of [
    'Commandc',
    'Housekeeping-Document-1A2B3C',
    '2026-11-22 12:00:00 UTC',
    '1 min 30 s',
    'Success',
  ]) {
    expect(run).toContain(words);
  }
});

test('hosts that were not reached are named with the reason', () => {
  const page = Page.of(FIRST);
  expect(page.text).toContain('1 host not reached');
  expect(page.section('What needs attention')).toMatch(/\? not reached undeliverable.*host-3 i-3/);
});

test('the page of a run without trouble says so, and has no empty sections', () => {
  const page = new Page(reportOf([host('i-1', measured(50, 50))]));
  expect(page.text).toContain('All is well');
  expect(page.text).not.toContain('Needs attention');
  expect(page.section('What was removed')).toMatch(/^What was removedNothing\.Freed on the disks0 B/);
  expect(page.headings()).toEqual(['What was removed', 'Disks', 'Hosts', 'Engines', 'The run']);
});

test('the page of a dry run is marked as one, and lists nothing as removed', () => {
  for (const page of [Page.of(DRY), new Page(drySample())]) {
    expect(page.all('h1')[0]?.text).toMatch(/^Dry run of /);
    expect(page.headings()).toContain('What would be removed');
    expect(page.text).toContain('Dry run: nothing was removed');
    expect(page.text.replace('nothing was removed', '')).not.toMatch(
      /was removed|(?<!be )removed|[Ff]reed on|Space freed/,
    );
  }
  expect(Page.of(DRY).section('What would be removed')).toContain('100 images');
});

describe('the reasons of trouble', () => {
  test('each has its action once, however many hosts have it', () => {
    const trouble = new Page(sample()).section('What needs attention');
    expect(trouble.match(/What to do:/g)).toHaveLength(3);
    expect(trouble).toMatch(
      /✕ failed leftovers 2 hostsA part of the project is still there: .*What to do: Read left, and .*build-03 .*build-04 .*docker-hung/,
    );
    // Both hosts have the same message.
    expect(trouble.match(/in use by container nightly-import/g)).toHaveLength(1);
  });

  test('a reason that the script of a ShellTask gave has the messages', () => {
    const page = new Page(
      reportOf([host('i-1', { outcome: 'failed', reason: 'constructor', message: 'why' })]),
    );
    expect(page.section('What needs attention')).toContain(
      'constructor 1 hostThe script of a ShellTask gave this reason.What to do: Read the messages of the hosts.whyi-1',
    );
  });

  test('a loss needs attention, other warnings have their own section', () => {
    const warned = host('i-1', {
      steps: [step('Prune', { warnings: ['tag-removed', 'compose-missing', 'own'] })],
    });
    const page = new Page(
      reportOf([warned], {
        needsAttention: true,
        warnings: [{ code: 'tag-removed', count: 1, examples: [] }],
      }),
    );
    expect(page.text).toContain('Needs attention: 1 host lost something (tag-removed).');
    expect(page.section('What needs attention')).toMatch(/! tag-removed 1 host.*What to do: Pull or build/);
    expect(page.section('Warnings')).toMatch(
      /! compose-missing 1 host.*! own 1 hostThe script of a ShellTask/,
    );
    expect(page.section('Warnings')).not.toContain('tag-removed');
  });

  test('an output or a summary that did not arrive is a warning', () => {
    const page = new Page(
      reportOf([host('i-1')], {
        digestFailed: 'the digest was not sent',
        hostOutput: { logGroupName: '/out', hostsWithout: 7, examples: [{ instanceId: 'i-1' }] },
      }),
    );
    expect(page.section('Warnings')).toMatch(
      /the digest was not sent.*No output in \/out 7 hosts.*i-1and 6 more hosts/,
    );
  });
});

describe('the objects', () => {
  test('are listed by project, and each by name', () => {
    const removed = new Page(sample()).section('What was removed');
    expect(removed).toMatch(/todobackend9 projects, 30 containers, 18 volumes, 9 networks3\.1 GiB10 hosts/);
    expect(removed).toMatch(/todobackend_dbvolumetodobackend3\.0 GiB3dbuild-01, build-02, build-08/);
    expect(removed).toContain('4 objects more not named here');
  });

  test('both sizes say what they are', () => {
    const removed = new Page(sample()).section('What was removed');
    expect(removed).toMatch(
      /Freed on the disks\d.*, measured before and after.*Size of the objects9\.5 GiB, the sum of/,
    );
  });

  test('that were kept have the reason, and those that could not be removed come first', () => {
    const kept = new Page(sample()).section('What was kept, and why');
    expect(kept).toMatch(
      /8 in use.*8 too young.*todobackend_publicvolume could not be removed.*shop_web:latest \w{12}image in use.*image too young/,
    );
  });

  test('of one name on one host count as often as they are listed', () => {
    const object = { fate: 'removed', kind: 'images', name: 'a:1' } as const;
    const page = new Page(
      reportOf([
        host('i-1', {
          objects: [
            { ...object, id: '1' },
            { ...object, id: '2' },
          ],
        }),
      ]),
    );
    expect(page.section('What was removed')).toContain('a:1imagei-1 (2 times)');
  });
});

test('a service that ignores SIGTERM is named once, with one remedy for all', () => {
  const hosts = Array.from({ length: 7 }, (_, i) => host(`i-${i}`, { killed: [APP, { ...APP, grace: 30 }] }));
  const killed = new Page(reportOf(hosts)).section('Services that ignore SIGTERM');
  expect(killed.match(/--die-on-term/g)).toHaveLength(1);
  expect(killed.match(/todobackend\/app/g)).toHaveLength(1);
  expect(killed).toMatch(/14 containers had to be killed.*14 containers30 si-0i-1i-2i-3i-4and 2 more hosts/);
});

test('links lead to the report, the command, its output of a host, and the whole output of the hosts', () => {
  const start = 'https://eu-central-1.console.aws.amazon.com';
  const command = 'systems-manager/run-command/e8d3c0e4-71f7-4491-898f-c9b35bee5f3b';
  const links = new Page(sample()).links().filter((href) => !href.startsWith('#'));
  for (const href of links) expect(href).toMatch(/^https:\/\/eu-central-1\.console\.aws\.amazon\.com\//);
  expect(links).toContain(`${start}/${command}?region=eu-central-1`);
  expect(links).toContain(`${start}/${command}/${sample().hosts[2]?.instanceId}?region=eu-central-1`);
  expect(links.filter((href) => href.includes('log-events'))).toEqual([
    expect.stringContaining('$252Fhousekeeping$252Freports'),
  ]);
  expect(links.filter((href) => href.endsWith('$252Fhousekeeping$252Foutput'))).toHaveLength(1);
});

test('a report of an earlier version has a page, which says what it does not know', () => {
  const { run, hosts } = sample();
  const oldRun: Partial<RunReport> = { ...run };
  for (const name of [
    'account',
    'region',
    'stream',
    'trigger',
    'sizeOfRemoved',
    'highestDiskPercentAfter',
    'objectsMissing',
    'hostOutput',
    'reasons',
    'warnings',
    'projects',
    'projectsOmitted',
  ] as const) {
    delete oldRun[name];
  }
  const oldHosts = hosts.map((each) => {
    const old: Partial<HostReport> = { ...each };
    for (const name of ['objects', 'objectsMissing', 'sizeOfRemoved', 'diskPercentAfter'] as const)
      delete old[name];
    return old;
  });
  const page = new Page(readReport([...oldHosts, oldRun].map((event) => JSON.stringify(event)).join('\n')));
  expect(page.section('What was removed')).toContain('95 objects more not named here');
  expect(page.section('The run')).toContain(
    'Accountnot in this reportRegionnot in this reportStarted bynot in this report',
  );
  expect(page.section('What needs attention')).toContain('docker-hung');
  expect(page.text).toContain('Fullest disk before97 %');
  expect(page.links().filter((href) => !href.startsWith('#'))).toEqual([]);
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
  expect(new Page(reportOf([], { coverage, needsAttention: true })).text).toContain(words);
});

describe('the output of hosts', () => {
  const EVIL = `"><script>alert('x')</script><img src=x onerror=alert(1)> &amp; \u001b[2J\u0000 \u202Egnp.exe\u202C \u2066x\u2069 \u200B\uD800`;
  const killed: KilledContainer = { project: EVIL, service: EVIL, container: EVIL, grace: 1 };
  const evil = (dryRun: boolean): SampleReport =>
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
  const evilObjects = reportOf(
    [
      host(EVIL, {
        instanceName: EVIL,
        outcome: 'failed',
        reason: EVIL,
        objects: [
          { fate: 'removed', kind: 'images', id: EVIL, name: EVIL, project: EVIL, age: EVIL },
          { fate: 'left', kind: 'volumes', id: EVIL },
        ],
      }),
    ],
    {
      account: EVIL,
      region: EVIL,
      trigger: { by: 'schedule', executionId: EVIL },
      hostOutput: { logGroupName: EVIL },
    },
  );

  test.each([
    ['run', () => Page.of(evil(false))],
    ['dry run', () => Page.of(evil(true))],
    ['objects', () => new Page(evilObjects)],
  ])('is only text (%s)', (_name, make) => {
    const page = make();
    for (const name of ['img', 'iframe', 'link', 'form', 'object']) expect(page.all(name)).toEqual([]);
    expect(page.all('script')).toHaveLength(1);
    expect(page.text).toContain("<script>alert('x')</script>");
    expect(page.text).toContain('[U+001B]');
    expect(page.text).toContain('[U+202E]gnp.exe[U+202C]');
    expect(page.markup).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B-\u200F]/);
    expect(page.markup.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Cs}]/u);
    for (const { attributes } of page.elements) {
      for (const name of Object.keys(attributes)) expect(name).not.toMatch(/^(on|style$|src)/);
    }
    for (const href of page.links()) expect(href).toMatch(/^(#[a-z]+$|https:\/\/[a-z0-9-]+\.console\.)/);
  });

  test.each([
    ['a line break', 'a\r\n\tb', 'a b'],
    ['a control character', 'a\u001bb\u0000', 'a[U+001B]b[U+0000]'],
    ['a bidirectional override', '\u202Egnp.exe', '[U+202E]gnp.exe'],
    ['an invisible character', 'a\u200Bb\u{E0041}', 'a[U+200B]b[U+E0041]'],
    ['half a character', 'a\uD800b', 'a[U+D800]b'],
    ['other writing', 'שלום 你好 é 🧹', 'שלום 你好 é 🧹'],
  ])('%s in a name is visible', (_name, instanceName, expected) => {
    expect(new Page(reportOf([host('i-1', { instanceName })])).section('Hosts')).toContain(`${expected} i-1`);
  });
});

test('loads nothing, and runs nothing but its own script', () => {
  for (const page of [...samples().map((each) => Page.of(each)), new Page(sample())]) {
    expect(page.markup).not.toMatch(/@import|url\(|javascript:|<link|src=/);
    const [policy] = page
      .all('meta')
      .filter(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy');
    const [style, script] = ['style', 'script'].map((name) => {
      const [only, ...others] = page.all(name);
      expect(others).toEqual([]);
      return createHash('sha256')
        .update(only?.text ?? '')
        .digest('base64');
    });
    expect(policy?.attributes.content).toBe(
      `default-src 'none'; style-src 'sha256-${style}'; script-src 'sha256-${script}'; base-uri 'none'; form-action 'none'`,
    );
    // A policy applies only to elements after it.
    expect(page.markup.indexOf('Content-Security-Policy')).toBeLessThan(page.markup.indexOf('<style'));
  }
});

test('can be read with a screen reader', () => {
  const page = new Page(sample());
  expect(page.all('html')[0]?.attributes.lang).toBe('en');
  expect(page.all('h1')).toHaveLength(1);
  expect(page.all('title')[0]?.text).toContain('Fleet/Housekeeping');
  expect(page.all('caption')).toHaveLength(page.all('table').length);
  for (const { text } of page.all('caption')) expect(text).not.toBe('');
  for (const { attributes } of page.all('th')) expect(attributes.scope).toMatch(/^(col|row)$/);
  // A drawing says nothing that the text next to it does not say.
  for (const { attributes } of page.all('svg')) expect(attributes['aria-hidden']).toBe('true');
  for (const outcome of HOST_OUTCOMES) {
    for (const { text } of page
      .all('span')
      .filter(({ attributes }) => attributes.class === `outcome ${outcome}`)) {
      expect(text).toMatch(/^[✓–✕⧖?] [a-z]/);
    }
  }
});

describe('the page of 10,000 hosts is below 1 MB', () => {
  const bytes = ({ run, hosts }: { run: ReadRun; hosts: readonly HostReport[] }): number =>
    Buffer.byteLength(renderPage(run, hosts));

  test('and names each host of a usual fleet', () => {
    const large = fleet(10_000);
    expect(bytes(large)).toBeLessThan(1_000_000);
    const { text } = new Page(large);
    for (const { instanceId } of large.hosts) expect(text).toContain(instanceId);
    expect(text).not.toContain('hosts more without room here');
    expect(text).toMatch(/[\d,]+ objects more without room here: the saved query/);
  });

  test('and says what it leaves out where all have long names, texts and trouble', () => {
    const long = '<&"\u202E'.repeat(60);
    const hosts = Array.from({ length: 10_000 }, (_, i) =>
      host(`i-${String(i).padStart(17, '0')}`, {
        ...measured(i % 100, i % 50),
        instanceName: `${i}${long}`,
        outcome: HOST_OUTCOMES[i % 5] ?? 'failed',
        reason: `reason-${i % 3000}`,
        message: `${i} ${long}`,
        removed: counts({ volumes: 2 }),
        killed: [{ ...APP, service: `${i}${long}` }],
        steps: [step('ComposeDown', { message: long, warnings: [`own-${i}`] })],
        objects: [
          { fate: 'removed', kind: 'volumes', id: `${i}${long}`, project: `${i}${long}` },
          { fate: 'inUse', kind: 'volumes', id: `${i}${long}` },
        ],
      }),
    );
    const large = reportOf(hosts);
    expect(bytes(large)).toBeLessThan(1_000_000);
    const page = new Page(large);
    expect(page.section('Hosts')).toMatch(
      /[\d,]+ hosts more without room here; the run’s log stream has all/,
    );
    expect(page.section('What needs attention')).toMatch(/[\d,]+ more reasons: see the list of hosts/);
    expect(page.section('What was removed')).toMatch(/9,970 more projects.*objects more without room here/);
    expect(page.section('Services that ignore SIGTERM')).toContain('9,970 more services not shown here');
    expect(page.section('Warnings')).toContain('9,970 more warnings not shown here');
  });
});

describe('the strict reader', () => {
  test.each([
    ['<p>', 'p never closed'],
    ['<p></b>', 'end tag without its start'],
    ['<p class=x></p>', 'no well-formed tag'],
    ['<p>a & b</p>', 'unescaped "&"'],
    ['<p class="a" class="b"></p>', 'attribute twice'],
    ['<p />', 'close themselves'],
    ['<meta name="x">', 'close themselves'],
  ])('refuses %s', (markup, message) => {
    expect(() => readMarkup(`<!doctype html>${markup}`)).toThrow(message);
  });
});
