import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRICS, METRIC_DIMENSION, METRIC_NAMESPACE } from '../../../lib/contract';
import { HousekeepingDashboard } from '../../../lib/monitoring/dashboard';
import { reportedMetric } from '../../../lib/monitoring/metrics';
import { INSIGHTS_QUERIES } from '../../../lib/monitoring/queries';
import { only, strictApp, text } from '../stack';

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
  metric: ['metrics', 'region'],
  log: ['query', 'region'],
  alarm: ['alarms'],
};
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  metric: ['metrics', 'region', 'title', 'view', 'stacked', 'yAxis', 'period', 'stat'],
  log: ['query', 'region', 'title', 'view'],
  alarm: ['alarms', 'title', 'sortBy', 'states'],
};

function synthesised(withAlarm: boolean): {
  properties: Record<string, unknown>;
  widgets: Widget[];
  group: string;
} {
  const stack = new Stack(strictApp(), 'Stack');
  const housekeeping = new Construct(stack, 'Housekeeping');
  const reportLogGroup = new LogGroup(housekeeping, 'Reports');
  const metric = reportedMetric(housekeeping, 'HostsFailed');
  const alarm = new Alarm(housekeeping, 'Alarm', { metric, threshold: 1, evaluationPeriods: 1 });
  new HousekeepingDashboard(housekeeping, 'Dashboard', {
    housekeeping,
    reportLogGroup,
    ...(withAlarm ? { alarms: [alarm] } : {}),
  });
  const template = Template.fromStack(stack);
  const { Properties } = only(template, 'AWS::CloudWatch::Dashboard')[1];
  const { widgets } = JSON.parse(text(Properties.DashboardBody)) as { widgets: Widget[] };
  return { properties: Properties, widgets, group: `<${only(template, 'AWS::Logs::LogGroup')[0]}>` };
}

describe.each([true, false])('with alarms: %p', (withAlarm) => {
  const { properties, widgets, group } = synthesised(withAlarm);
  const ofType = (type: string): Widget[] => widgets.filter((widget) => widget.type === type);

  test('has no physical name, and shows two weeks in its own periods', () => {
    expect(Object.keys(properties)).toEqual(['DashboardBody']);
    expect(JSON.parse(text(properties.DashboardBody))).toMatchObject({
      start: '-P14D',
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
      expect(given.title).toMatch(/^[A-Z]/);
      if (type !== 'alarm') expect(given.region).toBe('<AWS::Region>');
    }
  });

  test('no widget overlaps another', () => {
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, i) => `${x + (i % width)},${y + Math.floor(i / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });

  test('graphs show metrics that the reporter publishes for this construct, by day', () => {
    const shown = ofType('metric').flatMap(({ properties: { metrics, view } }) => {
      expect(['timeSeries', 'singleValue']).toContain(view);
      expect((metrics as unknown[]).length).toBeLessThanOrEqual(500);
      return metrics as [string, string, string, string, Record<string, unknown>][];
    });
    for (const [namespace, name, dimension, value, options] of shown) {
      expect([namespace, dimension, value]).toEqual([
        METRIC_NAMESPACE,
        METRIC_DIMENSION,
        'Stack/Housekeeping',
      ]);
      expect(Object.keys(METRICS)).toContain(name);
      const stat = ['HighestDiskUse', 'RunDuration'].includes(name) ? 'Maximum' : 'Sum';
      expect(options).toEqual({ period: 86400, label: expect.any(String) as string, stat });
    }
    const missing = Object.keys(METRICS).filter((name) => !shown.some((metric) => metric[1] === name));
    // Not useful in a graph: the dashboard shows whether there are runs, and an alarm watches the age of
    // reports.
    expect(missing).toEqual(['RunsReported', 'ReportAge']);
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

  test('alarms come first, if there are any', () => {
    const alarms = ofType('alarm');
    expect(alarms).toHaveLength(withAlarm ? 1 : 0);
    for (const { y, properties: given } of alarms) {
      expect(y).toBe(0);
      expect(given.alarms).toEqual([expect.stringMatching(/^<.*\.Arn>$/)]);
    }
  });
});
