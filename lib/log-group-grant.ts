import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

/**
 * Grants actions on a log group and its streams. IAM checks some of them against the ARN of the group, others against the
 * ARN with `:*`; older versions of `LogGroup.grant()` write only the latter.
 */
export function grantOnLogGroup(group: ILogGroup, grantee: IGrantable, ...actions: string[]): Grant {
  const withoutStreams = Stack.of(group).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: group.logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return Grant.addToPrincipal({ grantee, actions, resourceArns: [withoutStreams, group.logGroupArn] });
}
