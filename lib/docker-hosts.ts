import { Token } from 'aws-cdk-lib';
import { refuse, refuseUnresolved } from './validation';

/**
 * Which EC2 instances are cleaned: running managed nodes of Systems Manager, by their tags.
 *
 * ```ts
 * DockerHosts.tagged('DockerHost', 'true').andTagged('Stage', 'test', 'acceptance');
 * ```
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-multiple.html
 */
export class DockerHosts {
  /**
   * The instances whose tag has one of these values.
   *
   * @param key the tag's key, known at synthesis
   * @param values 1 to 5 values, any of which matches
   * @throws if key or values are not allowed in a tag
   */
  public static tagged(key: string, ...values: string[]): DockerHosts {
    return new DockerHosts(new Map()).andTagged(key, ...values);
  }

  private constructor(private readonly tags: ReadonlyMap<string, string[]>) {}

  /**
   * Those of these hosts that carry another tag too; at most 5 keys in all.
   *
   * @param key the tag's key, known at synthesis
   * @param values 1 to 5 values, any of which matches
   * @returns the narrower choice; this one stays as it is
   * @throws if key or values are not allowed in a tag, the key was given before, or there are more than 5 keys
   */
  public andTagged(key: string, ...values: string[]): DockerHosts {
    refuseKey(key);
    if (this.tags.has(key)) {
      refuse('hosts', key, 'was given before', 'give all values of a tag key in one call');
    }
    if (this.tags.size >= 5) {
      refuse('hosts', [...this.tags.keys(), key], 'are more than 5 tag keys', 'select by at most 5');
    }
    refuseValues(key, values);
    return new DockerHosts(new Map([...this.tags, [key, values]]));
  }

  /**
   * As `Targets` of SendCommand: keys are ANDed, the values of one key ORed.
   *
   * @internal
   */
  public _targets(): { Key: string; Values: string[] }[] {
    return [...this.tags].map(([key, values]) => ({ Key: `tag:${key}`, Values: values }));
  }

  /**
   * As condition of an IAM statement on instances, with the same meaning as the targets.
   *
   * @internal
   */
  public _condition(): Record<string, Record<string, string[]>> {
    const tags = [...this.tags].map(([key, values]) => [`ssm:resourceTag/${key}`, values] as const);
    return { StringEquals: Object.fromEntries(tags) };
  }
}

/** @see https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const TAG_CHARACTERS = /^[\p{L}\p{Z}\p{N}+\-=._:/@]*$/u;
const USE_TAG_CHARACTERS = "use letters, digits, spaces and '+-=._:/@' only; there are no wildcards";

function refuseKey(key: string): void {
  refuseUnresolved('key of hosts', key);
  if (typeof key !== 'string') refuse('key of hosts', key, 'is not a string', 'give the key of a tag');
  if (key.length < 1 || key.length > 128) {
    refuse('key of hosts', key, 'is no key of a tag', 'give 1 to 128 characters');
  }
  if (!TAG_CHARACTERS.test(key)) {
    refuse('key of hosts', key, 'is no key of a tag', USE_TAG_CHARACTERS);
  }
}

function refuseValues(key: string, values: string[]): void {
  const property = `values of hosts' tag ${JSON.stringify(key)}`;
  if (values.length < 1 || values.length > 5) {
    refuse(property, values, 'is no list of 1 to 5 values', 'give 1 to 5 values');
  }
  // A value that is only known at deployment is fine: it ends in the schedule's input and in the policy alike.
  for (const value of values.filter((value) => !Token.isUnresolved(value))) {
    if (typeof value !== 'string') refuse(property, value, 'is not a string', 'give the value of a tag');
    if (value.length > 256) {
      refuse(property, value, 'is no value of a tag', 'give at most 256 characters');
    }
    if (!TAG_CHARACTERS.test(value)) {
      refuse(property, value, 'is no value of a tag', USE_TAG_CHARACTERS);
    }
  }
}
