import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'puppeteer-core';
import { renderPage } from '../../render/page';
import { describeChromium, startChromium } from '../support/chromium';
import { host, reportOf, step } from './report-of';
import type { Report } from './report-of';
import { drySample, fleet, sample } from './sample';

const WIDTHS = [390, 768, 1280];
const SCHEMES = ['light', 'dark'] as const;
type Scheme = (typeof SCHEMES)[number];

interface View {
  readonly width?: number;
  readonly scheme?: Scheme;
  readonly script?: boolean;
  readonly timeZone?: string;
}

describeChromium('the page in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'page-test-'));
  let browser: Browser;
  let page: Page;
  let dialogs = 0;

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterEach(() => page.close());
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens the page of a report, as you open a file. */
  async function open(
    { run, hosts }: Report,
    { width = 1280, scheme = 'light', script = true, timeZone = 'Etc/UTC' }: View = {},
  ): Promise<void> {
    const path = join(folder, 'page.html');
    writeFileSync(path, renderPage(run, hosts));
    page = await browser.newPage();
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.emulateTimezone(timeZone);
    await page.setJavaScriptEnabled(script);
    dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs++;
      void dialog.dismiss();
    });
    await page.evaluateOnNewDocument(() => {
      const violations: string[] = [];
      Object.assign(globalThis, { violations });
      document.addEventListener('securitypolicyviolation', (event) =>
        violations.push(event.violatedDirective),
      );
    });
    await page.goto(pathToFileURL(path).href);
  }

  const violations = (): Promise<string[]> =>
    page.evaluate(() => (globalThis as unknown as { violations: string[] }).violations);

  /** The first cells of the rows that a reader sees. */
  const rows = (list: string): Promise<string[]> =>
    page.$$eval(`${list} tbody tr`, (found) =>
      found.filter((row) => row.checkVisibility()).map((row) => row.cells[0]?.textContent ?? ''),
    );
  const status = (list: string): Promise<string> =>
    page.$eval(`${list} [role=status]`, (found) => found.textContent ?? '');

  async function search(list: string, words: string): Promise<void> {
    await page.$eval(`${list} input`, (input) => input.select());
    await page.keyboard.press('Backspace');
    await page.keyboard.type(words);
  }

  /** Chooses the group whose words begin so. */
  async function choose(list: string, words: string): Promise<void> {
    const value = await page.$$eval(
      `${list} option`,
      (options, start) => options.find(({ text }) => text.startsWith(start))?.value ?? 'missing',
      words,
    );
    await page.select(`${list} select`, value);
  }

  /** Nothing sticks out of the page, no heading is broken, and no text stands a few letters on a line. */
  async function expectTidy(): Promise<void> {
    const untidy = await page.evaluate(() => {
      const found: string[] = [];
      const { scrollWidth, clientWidth } = document.documentElement;
      if (scrollWidth > clientWidth) found.push(`${scrollWidth - clientWidth} px too wide`);
      const lines = (node: Node): number => {
        const range = document.createRange();
        range.selectNodeContents(node);
        return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
      };
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.textContent?.trim() ?? '';
        const { parentElement: parent } = node;
        if (text.length < 8 || !parent?.checkVisibility()) continue;
        if (lines(node) > Math.max(2, text.length / 6)) found.push(`${lines(node)} lines: ${text}`);
      }
      for (const heading of document.querySelectorAll('thead th')) {
        if (heading.checkVisibility() && lines(heading) > 1) found.push(`broken: ${heading.textContent}`);
      }
      return found;
    });
    expect(untidy).toEqual([]);
  }

  async function expectAccessible(): Promise<void> {
    await page.evaluate(axe.source);
    const found = (await page.evaluate('axe.run()')) as axe.AxeResults;
    expect(found.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
    expect(found.passes.length).toBeGreaterThan(20);
  }

  describe.each(SCHEMES)('%s', (scheme) => {
    test.each(WIDTHS)('at %i px it is tidy and accessible', async (width) => {
      for (const report of [sample(), drySample(), hostile()]) {
        await open(report, { width, scheme });
        await expectTidy();
        await expectAccessible();
        expect((await page.screenshot({ fullPage: true })).length).toBeGreaterThan(10_000);
        await page.close();
      }
      await open(fleet(300), { width, scheme });
      await page.$$eval('details', (all) => all.forEach((each) => (each.open = true)));
      await page.$$eval('button', (all) => all.forEach((each) => each.click()));
      await expectTidy();
      await expectAccessible();
    });
  });

  describe('searches and filters', () => {
    test('hosts by name, id, text and outcome', async () => {
      const report = sample();
      await open(report);
      const all = await rows('#all-hosts');
      expect(all).toHaveLength(report.hosts.length);
      await search('#all-hosts', 'BUILD-03');
      expect(await rows('#all-hosts')).toEqual([expect.stringContaining('build-03')]);
      expect(await status('#all-hosts')).toBe('1 of 14 hosts');
      await search('#all-hosts', report.hosts[4]?.instanceId ?? '');
      expect(await rows('#all-hosts')).toEqual([expect.stringContaining('build-05')]);
      await search('#all-hosts', 'nightly-import build-04');
      expect(await rows('#all-hosts')).toEqual([expect.stringContaining('build-04')]);
      await search('#all-hosts', 'nothing has this name');
      expect(await rows('#all-hosts')).toEqual([]);
      expect(await status('#all-hosts')).toBe('0 of 14 hosts');
      await search('#all-hosts', '');
      await choose('#all-hosts', '✕ failed: leftovers');
      expect(await rows('#all-hosts')).toEqual([
        expect.stringContaining('build-03'),
        expect.stringContaining('build-04'),
      ]);
      await search('#all-hosts', 'build-04');
      expect(await rows('#all-hosts')).toHaveLength(1);
      await search('#all-hosts', '');
      await choose('#all-hosts', 'all');
      expect(await rows('#all-hosts')).toEqual(all);
      expect(await status('#all-hosts')).toBe('');
    });

    test('objects by name, project and kind, removed and kept ones', async () => {
      await open(sample());
      await search('#removed-objects', 'todobackend_db');
      expect(await rows('#removed-objects')).toEqual(['todobackend_db']);
      await search('#removed-objects', '');
      await choose('#removed-objects', 'volumes');
      expect(await rows('#removed-objects')).toEqual(['todobackend_db', 'todobackend_public']);
      await choose('#kept-objects', 'could not be removed');
      expect(await rows('#kept-objects')).toEqual(['todobackend_public']);
      // Each list has its own search.
      expect(await rows('#all-hosts')).toHaveLength(14);
    });

    test('10,000 hosts, of which most are text and not rows', async () => {
      const large = fleet(10_000);
      await open(large);
      const inRows = await page.$$eval('#all-hosts tbody tr', ({ length }) => length);
      expect(inRows).toBeLessThan(300);
      await search('#all-hosts', 'docker-host-9999');
      expect(await rows('#all-hosts')).toEqual([`docker-host-9999 ${large.hosts[9999]?.instanceId}`]);
      expect(await status('#all-hosts')).toBe('1 of 10,000 hosts');
      expect(await page.$eval('#all-hosts details.lines', (lines) => lines.checkVisibility())).toBe(false);
      await search('#all-hosts', '');
      await choose('#all-hosts', '? not reached: connection-lost');
      expect(await status('#all-hosts')).toBe('100 of 10,000 hosts');
      expect(await rows('#all-hosts')).toHaveLength(100);
      await choose('#all-hosts', '✓ succeeded');
      expect(await status('#all-hosts')).toBe('9,000 of 10,000 hosts; 8,900 of them are not shown');
      await choose('#all-hosts', 'all');
      expect(await page.$eval('#all-hosts details.lines', (lines) => lines.checkVisibility())).toBe(true);
    });

    test('with the keyboard alone', async () => {
      await open(sample());
      await page.focus('nav a:last-child');
      await page.keyboard.press('Tab');
      const focused = (): Promise<string> =>
        page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || '');
      for (let i = 0; i < 20 && (await focused()) !== 'removed-objects-search'; i++)
        await page.keyboard.press('Tab');
      expect(await focused()).toBe('removed-objects-search');
      await page.keyboard.type('todobackend_public');
      expect(await rows('#removed-objects')).toEqual(['todobackend_public']);
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('removed-objects-group');
      await search('#removed-objects', '');
      expect(await rows('#removed-objects')).toHaveLength(20);
      await page.focus('#removed-objects button');
      await page.keyboard.press('Enter');
      expect(await rows('#removed-objects')).toHaveLength(36);
      // The keyboard continues at the first row that was hidden.
      expect(await page.evaluate(() => (document.activeElement as HTMLTableRowElement).sectionRowIndex)).toBe(
        20,
      );
    });
  });

  test('without script all rows and lines can be read, and nothing is shown that would not work', async () => {
    const large = fleet(10_000);
    await open(large, { script: false });
    const visible = (selector: string): Promise<boolean[]> =>
      page.$$eval(selector, (all) => all.map((each) => each.checkVisibility()));
    expect(await visible('.list > table > tbody > tr')).not.toContain(false);
    expect(await visible('.filter, button')).not.toContain(true);
    await page.click('#all-hosts details.lines summary');
    expect(await visible('#all-hosts details.lines pre')).not.toContain(false);
    const text = await page.$eval('#all-hosts', (list) => list.textContent ?? '');
    for (const { instanceId } of large.hosts) expect(text).toContain(instanceId);
    await expectTidy();
  });

  test('the local time is beside UTC', async () => {
    await open(sample(), { timeZone: 'Europe/Berlin' });
    const times = await page.$$eval('time', (all) => all.map(({ textContent }) => textContent));
    expect(times[0]).toMatch(/^2026-11-23 03:00:00 UTC \(.*4:00:00.*where you are\)$/);
    await page.close();
    await open(sample());
    expect(await page.$eval('time', ({ textContent }) => textContent)).toBe('2026-11-23 03:00:00 UTC');
  });

  test('on paper all is open, and nothing is to be clicked', async () => {
    await open(fleet(300), { scheme: 'dark' });
    const visible = (selector: string): Promise<boolean[]> =>
      page.$$eval(selector, (all) => all.map((each) => each.checkVisibility()));
    expect(await visible('details li')).toContain(false);
    await page.emulateMediaType('print');
    for (const selector of ['details li', 'details pre', 'tbody tr']) {
      const all = await visible(selector);
      expect(all.length).toBeGreaterThan(0);
      expect(all).not.toContain(false);
    }
    for (const selector of ['.filter', 'nav', 'button']) expect(await visible(selector)).not.toContain(true);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    );
    expect((await page.pdf({ format: 'a4' })).length).toBeGreaterThan(10_000);
  });

  describe('what hosts say', () => {
    test('runs nothing and breaks no policy, in a search too', async () => {
      await open(hostile());
      for (const list of ['#all-hosts', '#removed-objects', '#kept-objects']) await search(list, 'script');
      expect((await rows('#all-hosts')).length).toBeGreaterThan(100);
      expect(await page.$$eval('img, iframe, object, embed, link, form', ({ length }) => length)).toBe(0);
      expect(await page.$$eval('script', ({ length }) => length)).toBe(1);
      expect(await violations()).toEqual([]);
      expect(dialogs).toBe(0);
    });

    test('would not run if it were markup', async () => {
      await open(sample());
      await page.evaluate(() => {
        document.body.insertAdjacentHTML(
          'beforeend',
          '<img src="x" onerror="alert(1)"><p style="color:red">x</p>',
        );
        document.body.append(Object.assign(document.createElement('script'), { text: 'alert(2)' }));
      });
      await page.waitForFunction(
        () => (globalThis as unknown as { violations: string[] }).violations.length >= 4,
      );
      expect(new Set(await violations())).toEqual(
        new Set(['img-src', 'script-src-attr', 'script-src-elem', 'style-src-attr']),
      );
      expect(dialogs).toBe(0);
    });
  });

  test('all samples open without a violation of the policy', async () => {
    for (const report of [sample(), drySample(), reportOf([])]) {
      await open(report);
      expect(await violations()).toEqual([]);
      await page.close();
    }
    await open(fleet(10_000));
    expect(await violations()).toEqual([]);
  });
});

/** A run on hosts whose every text is made to mislead or to break the page. */
function hostile(): Report {
  const evil = `"><script>alert('x')</script><img src=x onerror=alert(1)>\u202Egnp.exe\u202C${'w'.repeat(300)}`;
  const hosts = Array.from({ length: 300 }, (_, i) =>
    host(`${i}${evil}`, {
      instanceName: `${i}${evil}`,
      outcome: i % 2 === 0 ? 'failed' : 'succeeded',
      reason: `reason<script>${'r'.repeat(100)}`,
      message: evil,
      steps: [step(evil, { task: evil, message: evil, warnings: [evil] })],
      killed: [{ project: evil, service: evil, container: evil, grace: 10 }],
      objects: [
        { fate: 'removed', kind: 'volumes', id: `${i}${evil}`, project: evil, age: '3d' },
        { fate: 'inUse', kind: 'images', id: `${i}${evil}`, name: evil, size: 1 },
      ],
    }),
  );
  return reportOf(hosts, {
    housekeeping: evil,
    commandId: evil,
    documentName: evil,
    hostOutput: { logGroupName: evil, hostsWithout: 1, examples: [{ instanceId: evil }] },
  });
}
