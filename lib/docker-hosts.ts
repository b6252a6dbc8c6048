import { Token } from 'aws-cdk-lib';
import { refuse, refuseUnresolved } from './validation';

/**
 * Selects the EC2 instances to clean by their tags.
 *
 * A run reaches an instance if it is running and is a managed node of Systems Manager.
 *
 * @example
 * DockerHosts.tagged('DockerHost', 'true').andTagged('Stage', 'test', 'acceptance');
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-multiple.html
 */
export class DockerHosts {
  /**
   * Selects the instances whose tag has one of these values.
   *
   * @param key the tag key, 1 to 128 characters; not a token
   * @param values 1 to 5 tag values of at most 256 characters, any of which matches; tokens are allowed
   * @throws if the key or a value is not valid in a tag, or if there are not 1 to 5 values
   */
  public static tagged(key: string, ...values: string[]): DockerHosts {
    return new DockerHosts(new Map()).andTagged(key, ...values);
  }

  private constructor(private readonly tags: ReadonlyMap<string, string[]>) {}

  /**
   * Narrows the selection to the instances that also carry another tag. A selection has at most 5 tag keys.
   *
   * @param key the tag key, 1 to 128 characters; not a token
   * @param values 1 to 5 tag values of at most 256 characters, any of which matches; tokens are allowed
   * @returns a new selection; this one does not change
   * @throws if the key or a value is not valid in a tag, there are not 1 to 5 values, the key was already given, or there
   * are more than 5 keys
   */
  public andTagged(key: string, ...values: string[]): DockerHosts {
    refuseKey(key);
    if (this.tags.has(key)) {
      refuse('hosts', key, 'was already given', 'give all values of a tag key in one call');
    }
    if (this.tags.size >= 5) {
      refuse('hosts', [...this.tags.keys(), key], 'has more than 5 tag keys', 'select by at most 5');
    }
    refuseValues(key, values);
    return new DockerHosts(new Map([...this.tags, [key, values]]));
  }

  /**
   * The selection as `Targets` of SendCommand: keys are ANDed, the values of one key are ORed.
   *
   * @internal
   */
  public _targets(): { Key: string; Values: string[] }[] {
    return [...this.tags].map(([key, values]) => ({ Key: `tag:${key}`, Values: values }));
  }

  /**
   * The selection as the condition of an IAM statement on instances. It means the same as the targets.
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
const USE_TAG_CHARACTERS = "use letters, digits, spaces and '+-=._:/@' only; wildcards are not supported";

function refuseKey(key: string): void {
  refuseUnresolved('hosts', key);
  if (typeof key !== 'string') refuse('hosts', key, 'is not a string', 'give a tag key');
  if (key.length < 1 || key.length > 128) {
    refuse('hosts', key, 'is not a valid tag key', 'give 1 to 128 characters');
  }
  if (!TAG_CHARACTERS.test(key)) {
    refuse('hosts', key, 'is not a valid tag key', USE_TAG_CHARACTERS);
  }
}

function refuseValues(key: string, values: string[]): void {
  const property = `hosts[${JSON.stringify(key)}]`;
  if (values.length < 1 || values.length > 5) {
    refuse(property, values, 'is not a list of 1 to 5 values', 'give 1 to 5 values');
  }
  values.forEach((value, index) => refuseValue(`${property}[${index}]`, value));
}

function refuseValue(property: string, value: string): void {
  // A token is allowed: it ends up in the schedule's input and in a policy, where CloudFormation resolves it.
  if (Token.isUnresolved(value)) return;
  if (typeof value !== 'string') refuse(property, value, 'is not a string', 'give a tag value');
  if (value.length > 256) {
    refuse(property, value, 'is not a valid tag value', 'give at most 256 characters');
  }
  if (!TAG_CHARACTERS.test(value)) {
    refuse(property, value, 'is not a valid tag value', USE_TAG_CHARACTERS);
  }
}
