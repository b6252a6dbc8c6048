import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { DockerHousekeepingProps } from '../../lib';
import { DockerHousekeeping } from '../../lib';
import { REPORTER_ENVIRONMENT } from '../../lib/contract';
import type { Resource } from './stack';
import { housekeepingProps, housekeepingStack, only, resources, strictApp, text } from './stack';

/** The log group of the output, as it is in the template. */
function outputGroup(props: Partial<DockerHousekeepingProps>): Resource {
  const { stack, housekeeping, template } = housekeepingStack(props);
  const { Ref } = stack.resolve(housekeeping.hostOutputLogGroup?.logGroupName) as { Ref: string };
  return Object.fromEntries(resources(template(), 'AWS::Logs::LogGroup'))[Ref]!;
}

test('without hostOutput there is no log group, and no run asks for output', () => {
  const { housekeeping, template } = housekeepingStack();
  expect(housekeeping.hostOutputLogGroup).toBeUndefined();
  expect(resources(template(), 'AWS::Logs::LogGroup').map(([id]) => id)).not.toContainEqual(
    expect.stringContaining('HostOutput'),
  );
  expect(JSON.stringify(template().toJSON())).not.toContain('CloudWatchOutputConfig');
  expect(JSON.stringify(template().toJSON())).not.toContain(REPORTER_ENVIRONMENT.hostOutputLogGroup);
});

test('the output is kept for a month, also when the stack is deleted, unless you say otherwise', () => {
  expect(outputGroup({ hostOutput: {} })).toMatchObject({
    DeletionPolicy: 'Retain',
    Properties: { RetentionInDays: 30 },
  });
  expect(
    outputGroup({
      hostOutput: { retention: RetentionDays.ONE_WEEK },
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  ).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 7 } });
  expect(outputGroup({ hostOutput: { retention: RetentionDays.INFINITE } })).not.toHaveProperty('Properties');
});

test('the schedule asks for the output, the printed commands too, and the reporter knows where it is', () => {
  const { stack, housekeeping, template } = housekeepingStack({ hostOutput: {} });
  const group = stack.resolve(housekeeping.hostOutputLogGroup?.logGroupName) as { Ref: string };
  const [, schedule] = only(template(), 'AWS::Scheduler::Schedule');
  expect(JSON.parse(text((schedule.Properties.Target as { Input: unknown }).Input))).toMatchObject({
    CloudWatchOutputConfig: { CloudWatchLogGroupName: `<${group.Ref}>`, CloudWatchOutputEnabled: true },
  });
  for (const command of [housekeeping.runCommand, housekeeping.dryRunCommand]) {
    expect(text(stack.resolve(command))).toContain(
      ` --cloud-watch-output-config CloudWatchLogGroupName=<${group.Ref}>,CloudWatchOutputEnabled=true`,
    );
  }
  const [, reporter] = only(template(), 'AWS::Lambda::Function');
  expect(reporter.Properties.Environment).toMatchObject({
    Variables: { [REPORTER_ENVIRONMENT.hostOutputLogGroup]: group },
  });
});

describe('with a key', () => {
  test('the key encrypts the output, and lets only CloudWatch Logs of this account and region use it', () => {
    const stack = new Stack(strictApp(), 'Stack');
    const encryptionKey = new Key(stack, 'Key');
    new DockerHousekeeping(stack, 'Housekeeping', housekeepingProps({ hostOutput: { encryptionKey } }));
    const template = Template.fromStack(stack);
    const [id, key] = only(template, 'AWS::KMS::Key');
    const encrypted = resources(template, 'AWS::Logs::LogGroup').filter(
      ([, { Properties }]) => Properties.KmsKeyId !== undefined,
    );
    expect(encrypted.map(([group, { Properties }]) => [group, Properties.KmsKeyId])).toEqual([
      [expect.stringContaining('HostOutput'), { 'Fn::GetAtt': [id, 'Arn'] }],
    ]);
    const { Statement } = key.Properties.KeyPolicy as {
      Statement: { Principal: { Service?: unknown }; Condition?: { ArnLike: Record<string, unknown> } }[];
    };
    const [logs, ...others] = Statement.filter(({ Principal }) => Principal.Service !== undefined);
    expect(others).toEqual([]);
    expect(text(logs!.Principal.Service)).toBe('logs.<AWS::Region>.amazonaws.com');
    expect(text(logs!.Condition!.ArnLike['kms:EncryptionContext:aws:logs:arn'])).toBe(
      'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:*',
    );
  });

  test('an imported key works: its own policy must allow it', () => {
    const stack = new Stack(strictApp(), 'Stack');
    const arn = 'arn:aws:kms:eu-central-1:111122223333:key/0831e1a8-a1ac-4257-a1fd-c831b48c4107';
    const encryptionKey = Key.fromKeyArn(stack, 'Key', arn);
    new DockerHousekeeping(stack, 'Housekeeping', housekeepingProps({ hostOutput: { encryptionKey } }));
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { KmsKeyId: arn });
  });
});

test('grantHostOutput without hostOutput is refused', () => {
  const { housekeeping } = housekeepingStack();
  expect(() => housekeeping.grantHostOutput(new AccountRootPrincipal())).toThrow(
    "hostOutput: got undefined, which creates no log group for output; give 'hostOutput' to the construct, e.g. hostOutput: {}",
  );
});

test.each<[unknown, string]>([
  [true, 'hostOutput: got true, which is not an object; give settings, e.g. {} for the defaults'],
  [null, 'hostOutput: got null, which is not an object; give settings'],
  [['x'], 'hostOutput: got ["x"], which is not an object; give settings'],
  [
    { retention: 42 },
    'hostOutput.retention: got 42, which is not a number of days that CloudWatch Logs accepts; give one of RetentionDays',
  ],
  [{ retention: 'ONE_DAY' }, 'hostOutput.retention: got "ONE_DAY", which is not a number of days'],
  [{ retention: null }, 'hostOutput.retention: got null, which is not a number of days'],
  [
    { encryptionKey: 'alias/logs' as unknown as IKey },
    'hostOutput.encryptionKey: got "alias/logs", which is not a KMS key; give a Key, e.g. new Key(',
  ],
  [{ encryptionKey: null }, 'hostOutput.encryptionKey: got null, which is not a KMS key'],
])('refuses %j, which JavaScript allows', (hostOutput, message) => {
  expect(() => housekeepingStack({ hostOutput: hostOutput as never })).toThrow(message);
});
