import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { DockerHousekeepingProps } from '../../lib';
import { ComposeDown, DanglingImagePrune, DockerHosts, DockerHousekeeping } from '../../lib';

export type Resource = { Type: string; Properties: Record<string, unknown>; [attribute: string]: unknown };

/** The properties of the shipped configuration, with `props` on top. */
export function housekeepingProps(props: Partial<DockerHousekeepingProps> = {}): DockerHousekeepingProps {
  return {
    hosts: DockerHosts.tagged('DockerHost', 'true'),
    tasks: [
      new ComposeDown({ project: 'todobackend', removeVolumes: true }),
      new DanglingImagePrune({ labels: { application: 'todobackend' } }),
    ],
    schedule: ScheduleExpression.expression('cron(0 3 * * ? *)'),
    ...props,
  };
}

/** A stack with one `DockerHousekeeping`. */
export function housekeepingStack(
  props: Partial<DockerHousekeepingProps> = {},
  app: App = strictApp(),
): {
  stack: Stack;
  housekeeping: DockerHousekeeping;
  template: () => Template;
} {
  const stack = new Stack(app, 'Stack');
  const housekeeping = new DockerHousekeeping(stack, 'Housekeeping', housekeepingProps(props));
  return { stack, housekeeping, template: () => Template.fromStack(stack) };
}

/**
 * An app in which even a warning fails synthesis.
 *
 * @param validate whether templates are held against the schemas of CloudFormation: to load those takes each test file
 * seconds, so cloudformation.test.ts does it for all
 */
export function strictApp({ validate = false } = {}): App {
  return new App({
    context: { '@aws-cdk/core:strictCfnValidateErrors': true },
    analyticsReporting: false,
    builtinCloudFormationValidation: validate,
  });
}

/** The resources of a type, in the order of the template. */
export function resources(template: Template, type: string): [id: string, resource: Resource][] {
  return Object.entries(template.findResources(type)) as [string, Resource][];
}

/** The one resource of a type. */
export function only(template: Template, type: string): [id: string, resource: Resource] {
  const [found, ...others] = resources(template, type);
  if (found === undefined || others.length > 0) {
    throw new Error(`${type}: expected one, got ${others.length + (found ? 1 : 0)}`);
  }
  return found;
}

/** The text of a value of the template, with `<LogicalId>` for each Ref. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, ...intrinsic } = value as {
    Ref?: string;
    'Fn::Join'?: [string, unknown[]];
    'Fn::GetAtt'?: string[];
  };
  if (Ref !== undefined) return `<${Ref}>`;
  if (intrinsic['Fn::Join']) return intrinsic['Fn::Join'][1].map(text).join(intrinsic['Fn::Join'][0]);
  if (intrinsic['Fn::GetAtt']) return `<${intrinsic['Fn::GetAtt'].join('.')}>`;
  throw new Error(`no text: ${JSON.stringify(value)}`);
}
