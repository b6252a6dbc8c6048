import type { CfnElement } from 'aws-cdk-lib';
import { CfnResource, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { ComposeDown, DockerHosts, DockerHousekeeping } from '../../lib';
import { commandDocument } from '../../lib/command-document';
import { METRICS, METRIC_DIMENSION, METRIC_NAMESPACE } from '../../lib/contract';
import { ReportedMetrics } from '../../lib/monitoring/metrics';
import { housekeepingProps, housekeepingStack, only, resources, strictApp } from './stack';

test('the document holds the tasks, has versions and leaves its name to CloudFormation', () => {
  const { tasks } = housekeepingProps();
  const [, document] = only(housekeepingStack({ tasks }).template(), 'AWS::SSM::Document');
  expect(document.Properties).toEqual({
    Content: commandDocument(tasks),
    DocumentFormat: 'JSON',
    DocumentType: 'Command',
    UpdateMethod: 'NewVersion',
  });
});

test('exposes what it created', () => {
  const { stack, housekeeping, template } = housekeepingStack();
  const id = (type: string): string => only(template(), type)[0];
  expect(stack.resolve(housekeeping.documentName)).toEqual({ Ref: id('AWS::SSM::Document') });
  expect(stack.resolve(housekeeping.deadLetterQueue.queueArn)).toEqual({
    'Fn::GetAtt': [id('AWS::SQS::Queue'), 'Arn'],
  });
  expect(stack.resolve(housekeeping.reporter.functionArn)).toEqual({
    'Fn::GetAtt': [id('AWS::Lambda::Function'), 'Arn'],
  });
});

test('needs no custom resource and no parameter of its own', () => {
  const template = housekeepingStack().template().toJSON() as {
    Resources: Record<string, { Type: string }>;
    Parameters: object;
  };
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  expect(types.filter((type) => /^Custom::|CustomResource/.test(type))).toEqual([]);
  expect(Object.keys(template.Parameters)).toEqual(['BootstrapVersion']);
});

test('two in one stack share nothing', () => {
  const stack = new Stack(strictApp(), 'Stack');
  const fleets = ['Builders', 'Runners'].map(
    (id) =>
      new DockerHousekeeping(
        stack,
        id,
        housekeepingProps({
          hosts: DockerHosts.tagged('Fleet', id),
          tasks: [new ComposeDown({ project: id.toLowerCase() })],
        }),
      ),
  );
  const all = Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string }>;
  const idsOf = (fleet: DockerHousekeeping): string[] =>
    fleet.node
      .findAll()
      .filter((node) => CfnResource.isCfnResource(node))
      .map((node) => stack.resolve((node as CfnElement).logicalId) as string);
  const [builders, runners] = fleets.map(idsOf) as [string[], string[]];

  expect([...builders, ...runners].sort()).toEqual(Object.keys(all).sort());
  for (const [mine, others] of [
    [builders, runners],
    [runners, builders],
  ] as const) {
    const text = JSON.stringify(mine.map((id) => all[id]));
    expect(others.filter((id) => text.includes(`"${id}"`))).toEqual([]);
  }
  expect(JSON.stringify(builders.map((id) => all[id]))).not.toContain('"Runners"');
});

test('has saved queries, and on request a dashboard with all alarms', () => {
  const without = housekeepingStack().template();
  without.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  expect(resources(without, 'AWS::Logs::QueryDefinition')).not.toEqual([]);
  for (const [, { Properties }] of resources(without, 'AWS::Logs::QueryDefinition')) {
    expect(Properties.Name).toMatch(/^Stack\/Housekeeping\//);
  }

  const { template, housekeeping, stack } = housekeepingStack({ dashboard: true });
  const [, { Properties }] = only(template(), 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(Properties.DashboardBody);
  for (const alarm of Object.values(housekeeping.alarms)) {
    expect(body).toContain(JSON.stringify(stack.resolve(alarm.alarmArn)));
  }
});

test.each([
  [
    'hosts',
    undefined,
    "got undefined, which is not a DockerHosts; give one, e.g. DockerHosts.tagged('DockerHost', 'true')",
  ],
  ['hosts', { DockerHost: 'true' }, 'got {"DockerHost":"true"}, which is not a DockerHosts; give'],
  [
    'schedule',
    'rate(1 day)',
    'got "rate(1 day)", which is not a ScheduleExpression; give one, e.g. ScheduleExpression.',
  ],
  ['tasks', undefined, 'got undefined, which is not a list; give a list of tasks'],
])('refuses %s: %j, which JavaScript allows', (property, value, message) => {
  expect(() => housekeepingStack({ [property]: value })).toThrow(`${property}: ${message}`);
});

test('refuses tasks that make no valid document', () => {
  expect(() => housekeepingStack({ tasks: [] })).toThrow('give at least one task');
});

describe('metrics', () => {
  const { housekeeping } = housekeepingStack();
  type Metrics = Record<string, (options?: MetricOptions) => Metric>;
  const metrics = housekeeping as unknown as Metrics;

  test.each(Object.keys(METRICS))('metric%s reads what the reporter publishes', (name) => {
    expect(metrics[`metric${name}`]!()).toMatchObject({
      namespace: METRIC_NAMESPACE,
      metricName: name,
      dimensions: { [METRIC_DIMENSION]: 'Stack/Housekeeping' },
      statistic: ['HighestDiskUse', 'HighestDiskUseAfter', 'RunDuration', 'ReportAge'].includes(name)
        ? 'Maximum'
        : 'Sum',
    });
  });

  test('there are no others', () => {
    const methods = Object.getOwnPropertyNames(ReportedMetrics.prototype).filter((name) =>
      name.startsWith('metric'),
    );
    expect(methods.sort()).toEqual(
      Object.keys(METRICS)
        .map((name) => `metric${name}`)
        .sort(),
    );
  });

  test('the dimension is the name that the reporter gets', () => {
    const { stack, housekeeping, template } = housekeepingStack();
    const [, handler] = only(template(), 'AWS::Lambda::Function');
    const { HOUSEKEEPING } = (handler.Properties.Environment as { Variables: Record<string, string> })
      .Variables;
    expect(stack.resolve(housekeeping.metricRunsReported().dimensions)).toEqual({
      [METRIC_DIMENSION]: HOUSEKEEPING,
    });
  });

  test('take options', () => {
    expect(
      housekeeping.metricBytesReclaimed({ period: Duration.days(1), statistic: 'Average' }),
    ).toMatchObject({
      period: Duration.days(1),
      statistic: 'Average',
    });
  });
});
