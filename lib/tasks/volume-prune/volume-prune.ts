import { Duration } from 'aws-cdk-lib';
import { type HostScript, PRUNE } from '../../host/script';
import { literalLabels, literalPatterns, literalProps, literalSeconds } from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

/** Which volumes to remove. */
export interface VolumePruneProps extends HousekeepingTaskProps {
  /**
   * The labels that a volume must carry: all of them, with exactly these values. At least one label.
   *
   * Engine 23 and later give anonymous volumes the label `com.docker.volume.anonymous` with an empty value.
   */
  readonly labels: { [key: string]: string };

  /**
   * Volumes younger than this are kept. In whole seconds.
   *
   * Volumes whose driver does not report a creation time are kept too, unless this is 0. Before Engine 23, the age of a
   * volume counts from the last change directly in it, so a volume can look younger than it is.
   *
   * @default Duration.hours(1)
   */
  readonly olderThan?: Duration;

  /**
   * Shell patterns (`*`, `?`, `[...]`). Volumes whose name matches one of them are kept.
   *
   * Docker cannot add a label to an existing volume, so this is the way to keep one.
   *
   * @default - no volume is kept for its name
   */
  readonly exclude?: string[];
}

/**
 * Removes volumes with given labels, **with the data in them**, if neither a container nor a swarm service uses them.
 *
 * A stopped container counts too.
 *
 * The task keeps volumes with the label `docker-housekeeping.keep`. It also keeps all volumes of a Compose project that has
 * a container with this label.
 *
 * @example
 * new VolumePrune({ labels: { content: 'scratch' }, olderThan: Duration.days(1) });
 *
 * @see https://docs.docker.com/reference/cli/docker/volume/prune/
 */
export class VolumePrune extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if no label is given, or a property is not valid */
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
