import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { FIXED_STEPS } from '../contract';
import type { HostScript } from '../host/script';
import { literalCount, literalSeconds, literalText, refuse } from '../validation';
import type { TaskKind } from './index';

/** Properties that all tasks have. */
export interface HousekeepingTaskProps {
  /**
   * Name of the task. Its step in the Command document and in the reports has the same name.
   *
   * 1 to 64 letters, digits, `_` and `-`. Unique within one `DockerHousekeeping`. Neither `host` nor
   * `disk`, which every document has.
   *
   * @default - the kind of task and what it cleans, e.g. `compose-down-todobackend`
   */
  readonly name?: string;

  /**
   * How long the task may take on one host: 1 minute to 48 hours, in whole seconds.
   *
   * The task stops cleanly about 15 seconds earlier and reports what is left. At the timeout, the SSM Agent kills what is
   * still running.
   *
   * @default Duration.minutes(10)
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-command-ssm-plugin-reference.html#aws-runShellScript
   */
  readonly timeout?: Duration;

  /**
   * Disk use above which the task runs on a host, in per cent: a whole number from 0 to 99.
   *
   * The task runs if blocks or inodes are used above this threshold on the fullest file system that holds the Engine's
   * data. Otherwise it reports `skipped` with the reason `disk-not-full` and both figures.
   *
   * @default - the task runs at any disk use
   */
  readonly whenDiskUsedAbove?: number;
}

/**
 * A task that runs on every host and cleans one kind of object.
 *
 * Do not extend this class outside this package: what a task runs on a host is not part of the public interface.
 */
export abstract class HousekeepingTask {
  /** Name of the task, and of its step in the Command document and in the reports. */
  public readonly name: string;

  /** How long the task may take on one host. */
  public readonly timeout: Duration;

  /**
   * What the task runs on a host.
   *
   * @internal
   */
  public abstract readonly _script: HostScript;

  /**
   * @param kind the class name of the task
   * @param defaultName the name of the task if `props` has none
   * @param props the name and the timeout of the task
   * @throws if `name` or `timeout` is not valid, or is a token
   */
  protected constructor(kind: string, defaultName: string, props: HousekeepingTaskProps) {
    this.name = validName(`${kind}.name`, props.name ?? defaultName);
    this.timeout = props.timeout ?? Duration.minutes(10);
    validTimeout(`${kind}.timeout`, this.timeout);
  }
}

/**
 * What a task runs on a host: the parts, then the script, all from the folder of its kind. Folder and script have the name
 * of the class in kebab case.
 *
 * @throws if `whenDiskUsedAbove` is not valid
 */
export function taskScript(
  kind: TaskKind,
  uses: HostScript['uses'],
  { whenDiskUsedAbove: percent }: HousekeepingTaskProps,
  settings: HostScript['settings'],
  parts: readonly string[] = [],
): HostScript {
  const above = percent === undefined ? '' : literalCount(`${kind}.whenDiskUsedAbove`, percent, 0, 99);
  const name = kind.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
  return {
    kind,
    uses,
    files: [...parts, `${name}.sh`].map((file) => join(__dirname, name, file)),
    settings: { WHEN_DISK_USED_ABOVE: String(above), ...settings },
  };
}

/** The default name of a task, from its kind and from what it cleans. Other characters become `-`; the rest is cut off. */
export function defaultTaskName(...parts: string[]): string {
  const words = parts.map((part) => part.replace(/[^A-Za-z0-9_]+/g, '-').replace(/^-+|-+$/g, ''));
  return words
    .filter((word) => word !== '')
    .join('-')
    .slice(0, 64);
}

function validName(property: string, name: string): string {
  literalText(property, name);
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    refuse(property, name, 'is not a valid task name', "give 1 to 64 letters, digits, '_' and '-'");
  }
  if (FIXED_STEPS.includes(name)) {
    refuse(property, name, 'is the name of a step of every document', 'give another name');
  }
  return name;
}

function validTimeout(property: string, timeout: Duration): void {
  const seconds = literalSeconds(property, timeout);
  if (seconds < 60 || seconds > 172_800) {
    refuse(property, timeout, 'is out of range', 'give between 1 minute and 48 hours');
  }
}
