import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { DockerHosts, DockerHousekeeping } from '../../lib';
import { housekeepingProps, housekeepingStack, only, resources, strictApp, text } from './stack';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** The permissions of a role, one line per action and resource. */
function permissions(template: Template, role: string): { allowed: string[]; conditions: unknown[] } {
  const statements = resources(template, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => (Properties.Roles as { Ref: string }[]).some(({ Ref }) => Ref === role))
    .flatMap(([, { Properties }]) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement);
  const allowed = statements.flatMap(({ Effect, Action, Resource }) =>
    [Action].flat().flatMap((action) => [Resource].flat().map((on) => `${Effect} ${action} on ${text(on)}`)),
  );
  return { allowed: allowed.sort(), conditions: statements.flatMap(({ Condition }) => Condition ?? []) };
}

/** The id of the role that a service assumes. */
function roleOf(template: Template, service: string): string {
  const [found] = resources(template, 'AWS::IAM::Role').find(([, { Properties }]) =>
    JSON.stringify(Properties.AssumeRolePolicyDocument).includes(service),
  )!;
  return found;
}

const hosts = DockerHosts.tagged('DockerHost', 'true').andTagged('Stage', 'test', 'acceptance');
const onTheseHosts = {
  StringEquals: { 'ssm:resourceTag/DockerHost': ['true'], 'ssm:resourceTag/Stage': ['test', 'acceptance'] },
};
const account = '<AWS::Region>:<AWS::AccountId>';

test('the schedule can send this document to these hosts, and dead letters, and nothing else', () => {
  const template = housekeepingStack({ hosts }).template();
  const [document] = only(template, 'AWS::SSM::Document');
  const [queue] = only(template, 'AWS::SQS::Queue');
  expect(permissions(template, roleOf(template, 'scheduler.amazonaws.com'))).toEqual({
    allowed: [
      `Allow sqs:SendMessage on <${queue}.Arn>`,
      `Allow ssm:SendCommand on arn:<AWS::Partition>:ec2:${account}:instance/*`,
      `Allow ssm:SendCommand on arn:<AWS::Partition>:ssm:${account}:document/<${document}>`,
    ],
    conditions: [onTheseHosts],
  });
});

test('the condition is on the instances: it would never be true for the document', () => {
  const template = housekeepingStack({ hosts }).template();
  const conditional = resources(template, 'AWS::IAM::Policy')
    .flatMap(([, { Properties }]) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement)
    .filter(({ Condition }) => Condition !== undefined);
  expect(conditional.map(({ Resource }) => text(Resource))).toEqual([
    `arn:<AWS::Partition>:ec2:${account}:instance/*`,
  ]);
});

test('the reporter can write to its log groups alone, and read what cannot be narrowed', () => {
  const { stack, housekeeping, template: synth } = housekeepingStack();
  const template = synth();
  const reports = (stack.resolve(housekeeping.reportLogGroup.logGroupName) as { Ref: string }).Ref;
  const [own] = resources(template, 'AWS::Logs::LogGroup').find(([id]) => id !== reports)!;
  const onGroup = (id: string, ...actions: string[]): string[] =>
    actions.flatMap((action) => [
      `Allow logs:${action} on <${id}.Arn>`,
      `Allow logs:${action} on arn:<AWS::Partition>:logs:${account}:log-group:<${id}>`,
    ]);
  expect(permissions(template, roleOf(template, 'lambda.amazonaws.com'))).toEqual({
    allowed: [
      ...onGroup(own, 'CreateLogStream', 'PutLogEvents'),
      ...onGroup(
        reports,
        'CreateLogStream',
        'DeleteLogStream',
        'DescribeLogStreams',
        'GetLogEvents',
        'PutLogEvents',
      ),
      'Allow ec2:DescribeInstances on *',
      `Allow logs:DescribeLogGroups on arn:<AWS::Partition>:logs:${account}:log-group:*`,
      'Allow ssm:DescribeInstanceInformation on *',
      'Allow ssm:ListCommandInvocations on *',
      'Allow ssm:ListCommands on *',
    ].sort(),
    conditions: [],
  });
});

test('the reporter can publish only to its topic', () => {
  const stack = new Stack(strictApp(), 'Stack');
  new Topic(stack, 'Other');
  const notify = new Topic(stack, 'Topic');
  new DockerHousekeeping(stack, 'Housekeeping', housekeepingProps({ notify }));
  const template = Template.fromStack(stack);
  const { allowed } = permissions(template, roleOf(template, 'lambda.amazonaws.com'));
  const topic = stack.getLogicalId(notify.node.defaultChild as never);
  expect(allowed.filter((line) => line.includes('sns:'))).toEqual([`Allow sns:Publish on <${topic}>`]);
});

test('grantRun allows sending this document to these hosts, and following the run', () => {
  const stack = new Stack(strictApp(), 'Stack');
  const housekeeping = new DockerHousekeeping(stack, 'Housekeeping', housekeepingProps({ hosts }));
  const operators = new Role(stack, 'Operators', { assumedBy: new AccountPrincipal('111122223333') });
  const grant = housekeeping.grantRun(operators);
  expect(grant.success).toBe(true);
  const template = Template.fromStack(stack);
  const [document] = only(template, 'AWS::SSM::Document');
  expect(permissions(template, stack.getLogicalId(operators.node.defaultChild as never))).toEqual({
    allowed: [
      'Allow ssm:GetCommandInvocation on *',
      'Allow ssm:ListCommandInvocations on *',
      'Allow ssm:ListCommands on *',
      `Allow ssm:SendCommand on arn:<AWS::Partition>:ec2:${account}:instance/*`,
      `Allow ssm:SendCommand on arn:<AWS::Partition>:ssm:${account}:document/<${document}>`,
    ],
    conditions: [onTheseHosts],
  });
});

describe('with hostOutput', () => {
  /** A fleet whose hosts may send their output, and the ids of its log group and of the role of the hosts. */
  function withOutput(): { template: Template; group: string; role: string } {
    const stack = new Stack(strictApp(), 'Stack');
    const housekeeping = new DockerHousekeeping(stack, 'Housekeeping', housekeepingProps({ hostOutput: {} }));
    const hostRole = new Role(stack, 'HostRole', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    expect(housekeeping.grantHostOutput(hostRole).success).toBe(true);
    return {
      template: Template.fromStack(stack),
      group: (stack.resolve(housekeeping.hostOutputLogGroup?.logGroupName) as { Ref: string }).Ref,
      role: stack.getLogicalId(hostRole.node.defaultChild as never),
    };
  }
  const onGroup = (group: string, ...actions: string[]): string[] =>
    actions.flatMap((action) => [
      `Allow logs:${action} on <${group}.Arn>`,
      `Allow logs:${action} on arn:<AWS::Partition>:logs:${account}:log-group:<${group}>`,
    ]);

  test('grantHostOutput allows what the SSM Agent calls to send output, on this log group alone', () => {
    const { template, group, role } = withOutput();
    expect(permissions(template, role)).toEqual({
      allowed: [
        ...onGroup(group, 'CreateLogStream', 'DescribeLogStreams', 'PutLogEvents'),
        'Allow logs:DescribeLogGroups on *',
      ].sort(),
      conditions: [],
    });
  });

  test('the reporter can list the streams of the output, and neither read nor write them', () => {
    const { template, group } = withOutput();
    const { allowed } = permissions(template, roleOf(template, 'lambda.amazonaws.com'));
    expect(allowed.filter((line) => line.includes(`<${group}`))).toEqual(
      onGroup(group, 'DescribeLogStreams').sort(),
    );
  });

  test('who may send the command needs no further permission', () => {
    const of = (template: Template): unknown =>
      permissions(template, roleOf(template, 'scheduler.amazonaws.com'));
    expect(of(withOutput().template)).toEqual(of(housekeepingStack().template()));
  });
});

test('no role has further managed or inline policies', () => {
  for (const [, { Properties }] of resources(housekeepingStack().template(), 'AWS::IAM::Role')) {
    expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    expect(Properties).not.toHaveProperty('Policies');
  }
});

test('cdk-nag finds only what has a reason', () => {
  const { stack } = housekeepingStack();
  const reasons = {
    // The condition on the tags limits the instances.
    'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:instance/*]':
      'Stack/Housekeeping/Schedule/Role/DefaultPolicy/Resource',
    // IAM has no resource types for ec2:DescribeInstances and for what is read of Systems Manager.
    'AwsSolutions-IAM5[Resource::*]': 'Stack/Housekeeping/Reporter/Role/DefaultPolicy/Resource',
    // logs:DescribeLogGroups applies to the groups of the account.
    'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:*]':
      'Stack/Housekeeping/Reporter/Role/DefaultPolicy/Resource',
    // It is the dead-letter queue of a schedule, which the rule does not consider.
    'AwsSolutions-SQS3': 'Stack/Housekeeping/Schedule/DeadLetterQueue/Resource',
  };
  const { violations } = new AwsSolutionsChecks(stack.node.root).validateScope(stack.node.root);
  const found = violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => [ruleName, constructPath]),
  );
  expect(Object.fromEntries(found)).toEqual(reasons);
  expect(found).toHaveLength(4);
});
