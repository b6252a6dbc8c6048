import { Duration } from 'aws-cdk-lib';
import { type HostScript, PRUNE } from '../../host/script';
import { literalLabels, literalPatterns, literalProps, literalSeconds } from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

/** Which containers to remove. */
export interface StoppedContainerPruneProps extends HousekeepingTaskProps {
  /**
   * The labels that a container must carry: all of them, with exactly these values. At least one label.
   *
   * A container also carries the labels of its image.
   */
  readonly labels: { [key: string]: string };

  /**
   * Containers that ended more recently than this are kept. In whole seconds.
   *
   * For a container that never ran, its creation counts.
   *
   * @default Duration.hours(1)
   */
  readonly olderThan?: Duration;

  /**
   * Shell patterns (`*`, `?`, `[...]`). Containers whose name matches one of them are kept.
   *
   * @default - no container is kept for its name
   */
  readonly exclude?: string[];
}

/**
 * Removes stopped containers with given labels: exited, dead, or created and never started.
 *
 * The task never removes volumes, not even anonymous volumes of these containers.
 *
 * The task keeps containers with the label `docker-housekeeping.keep`. It also keeps all containers of a Compose project that has
 * a container with this label.
 *
 * @example
 * new StoppedContainerPrune({ labels: { application: 'todobackend' } });
 *
 * @see https://docs.docker.com/reference/cli/docker/container/prune/
 */
export class StoppedContainerPrune extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if no label is given, or a property is not valid */
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
