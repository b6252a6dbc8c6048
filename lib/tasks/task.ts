import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { HOST_STEP } from '../contract';
import type { HostScript } from '../host/script';
import { literalCount, literalSeconds, literalText, refuse } from '../validation';
import type { TaskKind } from './index';

/** What all tasks have in common. */
export interface HousekeepingTaskProps {
  /**
   * Name of the task: its step in the Command document and in the reports.
   *
   * 1 to 64 letters, digits, `_` and `-`, unique within one `DockerHousekeeping`; `host` is reserved.
   *
   * @default - the kind of task and what it cleans, e.g. `compose-down-todobackend`
   */
  readonly name?: string;

  /**
   * How long the task may take on one host, 1 minute to 48 hours, in whole seconds.
   *
   * The task stops cleanly a little earlier and says what it left. What is still
   * running at the timeout is killed by the SSM Agent.
   *
   * @default Duration.minutes(10)
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-command-ssm-plugin-reference.html#aws-runShellScript
   */
  readonly timeout?: Duration;

  /**
   * The task runs only where more than this is used of the blocks or of the inodes of the fullest file system that
   * holds the Engine's data, in per cent, 0 to 99; elsewhere it says `skipped`, with the figures.
   *
   * @default - it runs however much is used
   */
  readonly whenDiskUsedAbove?: number;
}

/**
 * One kind of cleaning that is done on every host.
 *
 * Not made to be extended outside this package: what a task runs on a host is no part of its public interface.
 */
export abstract class HousekeepingTask {
  /** Name of the task: its step in the Command document and in the reports. */
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
   * @param kind the task's class name
   * @param defaultName its name if `props` has none
   * @param props its name and timeout
   * @throws if `name` or `timeout` is not allowed, or only known at deployment
   */
  protected constructor(kind: string, defaultName: string, props: HousekeepingTaskProps) {
    this.name = validName(`${kind}.name`, props.name ?? defaultName);
    this.timeout = props.timeout ?? Duration.minutes(10);
    validTimeout(`${kind}.timeout`, this.timeout);
  }
}

/**
 * What a task runs: the script in the kind's own folder, named as the class is, after the parts beside it.
 *
 * @throws if `whenDiskUsedAbove` is not allowed
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

/** A task's default name: what it does and to what, as far as a name's characters and length allow. */
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
    refuse(property, name, 'is no name of a task', "give 1 to 64 letters, digits, '_' and '-'");
  }
  if (name === HOST_STEP) {
    refuse(property, name, "is the name of the document's own first step", 'give another name');
  }
  return name;
}

function validTimeout(property: string, timeout: Duration): void {
  const seconds = literalSeconds(property, timeout);
  if (seconds < 60 || seconds > 172_800) {
    refuse(property, timeout, 'is out of range', 'give between 1 minute and 48 hours');
  }
}
