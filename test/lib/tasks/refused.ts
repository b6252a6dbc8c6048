import { Duration, Lazy, Token } from 'aws-cdk-lib';

export const labels = { application: 'todobackend' };

/** A value that is only known at deployment. */
export const unresolved = Token.asString({ Ref: 'Parameter' });
export const unresolvedList = Token.asList({ Ref: 'Parameter' });
export const unresolvedDuration = Duration.seconds(Lazy.number({ produce: () => 3600 }));

/** An error that names these three, in this order. */
export function sentence(property: string, got: string, remedy: string): RegExp {
  const literal = (part: string): string => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`^${literal(property)}: got .*${literal(got)}.*, which .*; .*${literal(remedy)}`, 's');
}
