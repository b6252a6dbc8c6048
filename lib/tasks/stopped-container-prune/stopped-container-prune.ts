import { Duration } from 'aws-cdk-lib';
import { type HostScript, PRUNE } from '../../host/script';
import { literalLabels, literalPatterns, literalProps, literalSeconds } from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

/** Which containers to remove. */
export interface StoppedContainerPruneProps extends HousekeepingTaskProps {
  /**
   * The labels that a container must carry, all of them, each with exactly this value; at least one.
   * A container carries the labels of its image too.
   */
  readonly labels: { [key: string]: string };

  /**
   * Containers that ended less than this ago stay, in whole seconds; of one that never ran, its creation counts.
   *
   * @default Duration.hours(1)
   */
  readonly olderThan?: Duration;

  /**
   * Shell patterns (`*`, `?`, `[...]`) of the names of containers that stay.
   *
   * @default - none
   */
  readonly exclude?: string[];
}

/**
 * Removes the containers that do not run and carry given labels: exited, dead, or created and never started.
 *
 * Never a volume with them. Left alone is what carries the label `docker-housekeeping.keep`, and all of a
 * Compose project one of whose containers does.
 */
export class StoppedContainerPrune extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if no label is given, or a property is not allowed */
  public constructor(props: StoppedContainerPruneProps) {
    const kind = 'StoppedContainerPrune';
    literalProps(kind, props);
    const settings = {
      LABELS: literalLabels(`${kind}.labels`, props.labels, 'stopped container'),
      OLDER_THAN: String(literalSeconds(`${kind}.olderThan`, props.olderThan ?? Duration.hours(1))),
      EXCLUDE: literalPatterns(`${kind}.exclude`, props.exclude ?? []),
    };
    super(kind, defaultTaskName('stopped-container-prune', ...Object.values(props.labels)), props);
    this._script = taskScript(kind, PRUNE, props, settings);
  }
}
