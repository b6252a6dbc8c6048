import type { RemovalPolicy } from 'aws-cdk-lib';
import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { grantOnLogGroup } from './log-group-grant';
import { refuse } from './validation';

/** Settings of the log group that holds the whole output of all steps. */
export interface HostOutputSettings {
  /**
   * How long CloudWatch Logs keeps the output.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly retention?: RetentionDays;

  /**
   * The symmetric KMS key that encrypts the output. It must be in the region of the hosts.
   *
   * If this app creates the key, the construct lets CloudWatch Logs use it. The policy of an imported key must do so itself.
   *
   * @default - CloudWatch Logs encrypts the output with a key of its own
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
   */
  readonly encryptionKey?: IKey;
}

export interface HostOutputProps {
  readonly settings: HostOutputSettings;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The log group to which the hosts send the whole output of all steps. Each step has a stream for its stdout, and one for its
 * stderr: `<command id>/<instance id>/<step>/stdout`.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-rc-setting-up-cwlogs.html
 */
export class HostOutput extends Construct {
  public readonly logGroup: ILogGroup;

  /** @throws if a setting is not valid */
  public constructor(scope: Construct, id: string, { settings, removalPolicy }: HostOutputProps) {
    super(scope, id);
    refuseUnusable(settings);
    const { retention = RetentionDays.ONE_MONTH, encryptionKey } = settings;
    if (encryptionKey) this.letLogsUse(encryptionKey);
    this.logGroup = new LogGroup(this, 'LogGroup', { retention, removalPolicy, encryptionKey });
  }

  /** Lets the role of a host write its output. */
  public grantWrite(grantee: IGrantable): Grant {
    const list = Grant.addToPrincipal({
      grantee,
      // The SSM Agent sends nothing if it does not find the group in a list, which IAM cannot limit to one group.
      actions: ['logs:DescribeLogGroups'],
      resourceArns: ['*'],
    });
    return list.combine(
      grantOnLogGroup(
        this.logGroup,
        grantee,
        'logs:CreateLogStream',
        'logs:DescribeLogStreams',
        'logs:PutLogEvents',
      ),
    );
  }

  /** Lets the reporter find out which hosts wrote output. */
  public grantListStreams(grantee: IGrantable): Grant {
    return grantOnLogGroup(this.logGroup, grantee, 'logs:DescribeLogStreams');
  }

  /** The group has a name only after the key has its policy, so the key is limited to the groups of the account. */
  private letLogsUse(key: IKey): void {
    const stack = Stack.of(this);
    const groups = stack.formatArn({
      service: 'logs',
      resource: '*',
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
        actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
        resources: ['*'],
        conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': groups } },
      }),
    );
  }
}

/** JavaScript does not enforce the types. */
function refuseUnusable(settings: HostOutputSettings): void {
  const given: unknown = settings;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    refuse('hostOutput', settings, 'is not an object', 'give settings, e.g. {} for the defaults');
  }
  const { retention, encryptionKey } = settings;
  const known =
    Token.isUnresolved(retention) || (typeof retention === 'number' && retention in RetentionDays);
  if (retention !== undefined && !known) {
    refuse(
      'hostOutput.retention',
      retention,
      'is not a number of days that CloudWatch Logs accepts',
      'give one of RetentionDays, e.g. RetentionDays.ONE_MONTH',
    );
  }
  if (encryptionKey !== undefined && typeof encryptionKey?.addToResourcePolicy !== 'function') {
    refuse(
      'hostOutput.encryptionKey',
      encryptionKey,
      'is not a KMS key',
      "give a Key, e.g. new Key(this, 'Key') or Key.fromKeyArn(...)",
    );
  }
}
