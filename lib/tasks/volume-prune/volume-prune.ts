import { Duration } from 'aws-cdk-lib';
import { type HostScript, PRUNE } from '../../host/script';
import { literalLabels, literalPatterns, literalProps, literalSeconds } from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

/** Which volumes to remove. */
export interface VolumePruneProps extends HousekeepingTaskProps {
  /**
   * The labels that a volume must carry, all of them, each with exactly this value; at least one.
   *
   * Engine 23 and later label anonymous volumes `com.docker.volume.anonymous`, with an empty value.
   */
  readonly labels: { [key: string]: string };

  /**
   * Volumes younger than this stay, in whole seconds, and so do those whose driver does not say when they were made,
   * unless it is 0. Before Engine 23 a volume is as old as the last change directly in it, so it can look younger than it is.
   *
   * @default Duration.hours(1)
   */
  readonly olderThan?: Duration;

  /**
   * Shell patterns (`*`, `?`, `[...]`) of the names of volumes that stay. A volume
   * that is there already can be given no label, so this is how to keep it.
   *
   * @default - none
   */
  readonly exclude?: string[];
}

/**
 * Removes the volumes that carry given labels and that neither a container, running or stopped, nor a swarm service
 * uses, **with the data in them**.
 *
 * Left alone is what carries the label `docker-housekeeping.keep`, and all of a Compose project one of whose
 * containers does.
 */
export class VolumePrune extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if no label is given, or a property is not allowed */
  public constructor(props: VolumePruneProps) {
    const kind = 'VolumePrune';
    literalProps(kind, props);
    const settings = {
      LABELS: literalLabels(`${kind}.labels`, props.labels, 'unused volume'),
      OLDER_THAN: String(literalSeconds(`${kind}.olderThan`, props.olderThan ?? Duration.hours(1))),
      EXCLUDE: literalPatterns(`${kind}.exclude`, props.exclude ?? []),
    };
    super(kind, defaultTaskName('volume-prune', ...Object.values(props.labels)), props);
    this._script = taskScript(kind, PRUNE, props, settings);
  }
}
