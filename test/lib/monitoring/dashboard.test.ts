import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRICS, METRIC_DIMENSION, METRIC_NAMESPACE } from '../../../lib/contract';
import type { DockerHousekeepingProps } from '../../../lib';
import type { ShownMetric } from '../../../lib/monitoring/colours';
import { COLOURS } from '../../../lib/monitoring/colours';
import { HousekeepingDashboard, RUNBOOK } from '../../../lib/monitoring/dashboard';
import { reportedMetric } from '../../../lib/monitoring/metrics';
import { INSIGHTS_QUERIES } from '../../../lib/monitoring/queries';
import { housekeepingStack, only, strictApp, text } from '../stack';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  text: ['markdown'],
  metric: ['metrics', 'region'],
  log: ['query', 'region'],
  alarm: ['alarms'],
};
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  text: ['markdown', 'background'],
  metric: ['metrics', 'region', 'title', 'view', 'start', 'yAxis', 'annotations'],
  log: ['query', 'region', 'title', 'view'],
  alarm: ['alarms', 'title', 'sortBy', 'states'],
};

/** @param alarmed whether there is an alarm: it is on disks of more than 85 % */
function synthesised(alarmed: boolean): {
  properties: Record<string, unknown>;
  widgets: Widget[];
  group: string;
} {
  const stack = new Stack(strictApp(), 'Stack');
  const housekeeping = new Construct(stack, 'Housekeeping');
  const reportLogGroup = new LogGroup(housekeeping, 'Reports');
  const metric = reportedMetric(housekeeping, 'HighestDiskUseAfter');
  const alarm = new Alarm(housekeeping, 'Alarm', { metric, threshold: 85, evaluationPeriods: 1 });
  new HousekeepingDashboard(housekeeping, 'Dashboard', {
    housekeeping,
    reportLogGroup,
    alarms: alarmed ? { DiskStillFull: alarm } : {},
    commands: { 'Clean now': 'aws ssm send-command …' },
  });
  const template = Template.fromStack(stack);
  const { Properties } = only(template, 'AWS::CloudWatch::Dashboard')[1];
  const { widgets } = JSON.parse(text(Properties.DashboardBody)) as { widgets: Widget[] };
  return { properties: Properties, widgets, group: `<${only(template, 'AWS::Logs::LogGroup')[0]}>` };
}

describe.each([true, false])('with alarms: %p', (withAlarm) => {
  const { properties, widgets, group } = synthesised(withAlarm);
  const ofType = (type: string): Widget[] => widgets.filter((widget) => widget.type === type);

  test('has no physical name, its tables scan one day, and all periods are as given', () => {
    expect(Object.keys(properties)).toEqual(['DashboardBody']);
    expect(JSON.parse(text(properties.DashboardBody))).toMatchObject({
      start: '-P1D',
      periodOverride: 'inherit',
    });
  });

  test('each widget has the documented form, within the grid', () => {
    expect(widgets.length).toBeGreaterThan(10);
    expect(widgets.length).toBeLessThanOrEqual(500);
    for (const { type, x, y, width, height, properties: given } of widgets) {
      expect(Object.keys(REQUIRED)).toContain(type);
      for (const name of REQUIRED[type] ?? []) expect(given).toHaveProperty(name);
      for (const name of Object.keys(given)) expect(ALLOWED[type]).toContain(name);
      for (const [value, least, most] of [
        [x, 0, 23],
        [y, 0, Infinity],
        [width, 1, 24],
        [height, 1, 1000],
        [x + width, 1, 24],
      ] as const) {
        expect(Number.isInteger(value) && value >= least && value <= most).toBe(true);
      }
      if (type !== 'text') expect(given.title).toMatch(/^[A-Z]/);
      if (type === 'metric' || type === 'log') expect(given.region).toBe('<AWS::Region>');
    }
  });

  test('no widget overlaps another', () => {
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, i) => `${x + (i % width)},${y + Math.floor(i / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });

  type Shown = [namespace: string, name: ShownMetric, dimension: string, value: string, options: object];
  const metricsOf = ({ properties: { metrics } }: Widget): Shown[] => metrics as Shown[];

  test('shows metrics that the reporter publishes for this construct, each in its own colour everywhere', () => {
    const shown = ofType('metric').flatMap(metricsOf);
    for (const [namespace, name, dimension, value, options] of shown) {
      expect([namespace, dimension, value]).toEqual([
        METRIC_NAMESPACE,
        METRIC_DIMENSION,
        'Stack/Housekeeping',
      ]);
      expect(options).toMatchObject({ label: METRICS[name].label, color: COLOURS[name] });
    }
    expect([...new Set(shown.map(([, name]) => name))].sort()).toEqual(Object.keys(COLOURS).sort());
  });

  test('figures are those of the last run, however many runs a day has', () => {
    const figures = ofType('metric').filter(({ properties: { view } }) => view === 'singleValue');
    expect(figures.map(({ properties: { title } }) => title)).toEqual([
      'Hosts, last run',
      'Fullest disk, last run (after: last real run)',
      'Removed, last real run',
    ]);
    for (const figure of figures) {
      // In a day without a run, the last one is older than the time range of the dashboard.
      expect(figure.properties).toMatchObject({ start: '-P14D' });
      expect(figure.properties).not.toHaveProperty('setPeriodToTimeRange');
      for (const [, , , , options] of metricsOf(figure)) {
        expect(options).toMatchObject({ stat: 'Maximum' });
        // Without one, it is 5 minutes.
        expect(options).not.toHaveProperty('period');
      }
    }
  });

  test('graphs show two weeks by day, and add up only what can be added up', () => {
    const graphs = ofType('metric').filter(({ properties: { view } }) => view === 'timeSeries');
    for (const graph of graphs) {
      expect(graph.properties).toMatchObject({ start: '-P14D' });
      for (const [, name, , , options] of metricsOf(graph)) {
        const isSum = /Removed$|Reclaimed$|Killed$/.test(name);
        expect([name, options]).toEqual([
          name,
          expect.objectContaining({ period: 86400, stat: isSum ? 'Sum' : 'Maximum' }),
        ]);
      }
    }
  });

  test('the graph of the disk has a line at the threshold of the alarm, if there is the alarm', () => {
    const [disk, ...others] = ofType('metric').filter(({ properties: { annotations } }) => annotations);
    expect(others).toEqual([]);
    if (withAlarm) expect(metricsOf(disk!).map(([, name]) => name)).toContain('HighestDiskUseAfter');
    expect(disk?.properties.annotations).toEqual(
      withAlarm
        ? { horizontal: [{ value: 85, yAxis: 'left', label: 'alarm DiskStillFull', color: '#d62728' }] }
        : undefined,
    );
  });

  test('tables run the saved queries on the reports, word for word', () => {
    const queries = Object.values(INSIGHTS_QUERIES);
    const tables = ofType('log').map(({ properties: { title, query, view } }) => {
      expect(view).toBe('table');
      const saved = queries.find(({ name }) => name === title);
      expect(query).toBe(`SOURCE '${group}' | ${saved?.text}`);
      return title;
    });
    expect(tables.sort()).toEqual(
      queries
        .map(({ name }) => name)
        // Shown as graphs.
        .filter((name) => name !== INSIGHTS_QUERIES.reclaimedOverTime.name)
        .sort(),
    );
  });

  test('the header comes first: which construct, where to read what to do, and how to start a run', () => {
    const [header, ...others] = ofType('text');
    expect(others).toEqual([]);
    expect(header).toMatchObject({ x: 0, y: 0, width: 24 });
    const { markdown } = header!.properties as { markdown: string };
    expect(markdown).toContain('# Docker housekeeping: Stack/Housekeeping');
    expect(markdown).toContain(`(${RUNBOOK})`);
    expect(markdown).toContain('Clean now:\n```\naws ssm send-command …\n```');
  });

  test('alarms come next, if there are any', () => {
    const [alarms, ...others] = ofType('alarm');
    expect(others).toEqual([]);
    expect(alarms?.y).toBe(withAlarm ? ofType('text')[0]!.height : undefined);
    expect(alarms?.properties.alarms).toEqual(withAlarm ? [expect.stringMatching(/^<.*\.Arn>$/)] : undefined);
  });
});

test('no two metrics share a colour', () => {
  const colours = Object.values(COLOURS);
  expect(new Set(colours).size).toBe(colours.length);
  expect(colours.filter((colour) => !/^#[0-9a-f]{6}$/.test(colour))).toEqual([]);
});

test('the runbook is a section of the README', () => {
  const project = resolve(__dirname, '..', '..', '..');
  const { repository } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
    repository: { url: string };
  };
  const [page, section] = RUNBOOK.split('#') as [string, string];
  expect(repository.url).toBe(`${page}.git`);
  const headings = readFileSync(join(project, 'README.md'), 'utf8').match(/^#+ .*$/gm) ?? [];
  expect(headings.map((heading) => heading.replace(/^#+ /, '').toLowerCase().replaceAll(' ', '-'))).toContain(
    section,
  );
});

describe('the dashboard of a construct', () => {
  /** The text at the top. */
  function headerOf(props: Partial<DockerHousekeepingProps>): string {
    const { stack, housekeeping, template } = housekeepingStack({ ...props, dashboard: true });
    const [, { Properties }] = only(template(), 'AWS::CloudWatch::Dashboard');
    const { widgets } = JSON.parse(text(Properties.DashboardBody)) as { widgets: Widget[] };
    const commands = { run: housekeeping.runCommand, dryRun: housekeeping.dryRunCommand };
    return Object.entries(commands).reduce(
      (markdown, [name, command]) => markdown.replace(text(stack.resolve(command)), name),
      widgets[0]!.properties.markdown as string,
    );
  }

  test('has the commands that start a run and a dry run', () => {
    expect(headerOf({})).toMatch(
      /Clean now:\n```\nrun\n```\n\nReport what a run would remove:\n```\ndryRun\n```$/,
    );
  });

  test('offers nothing that removes, if the scheduled runs are dry runs', () => {
    expect(headerOf({ dryRun: true })).not.toContain('Clean now');
    expect(headerOf({ dryRun: true })).toContain('```\ndryRun\n```');
  });

  test('has the line at the threshold that you set', () => {
    const { template } = housekeepingStack({ dashboard: true, alarms: { diskStillFull: { threshold: 75 } } });
    const [, { Properties }] = only(template(), 'AWS::CloudWatch::Dashboard');
    expect(text(Properties.DashboardBody)).toMatch(/"horizontal":\[\{[^}]*"value":75\b/);
  });
});
