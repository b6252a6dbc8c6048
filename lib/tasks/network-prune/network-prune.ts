import { Duration } from 'aws-cdk-lib';
import { type HostScript, PRUNE } from '../../host/script';
import {
  literalFlag,
  literalLabels,
  literalPatterns,
  literalProps,
  literalSeconds,
  refuse,
} from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

/**
 * Which networks to remove: at least one of `labels` and `composeLeftovers`.
 *
 * With both, the task removes the networks that either of them selects.
 */
export interface NetworkPruneProps extends HousekeepingTaskProps {
  /**
   * The labels that a network must carry: all of them, with exactly these values. At least one label.
   *
   * @default - no network is selected by its labels
   */
  readonly labels?: { [key: string]: string };

  /**
   * Whether to remove the networks of Compose projects that have no container, running or stopped.
   *
   * A container that Compose did not create does not belong to a project.
   *
   * @default false
   */
  readonly composeLeftovers?: boolean;

  /**
   * Networks younger than this are kept. In whole seconds.
   *
   * @default Duration.hours(1)
   */
  readonly olderThan?: Duration;

  /**
   * Shell patterns (`*`, `?`, `[...]`). Networks whose name matches one of them are kept.
   *
   * Docker cannot add a label to an existing network, so this is the way to keep one.
   *
   * @default - no network is kept for its name
   */
  readonly exclude?: string[];
}

/**
 * Removes local networks of the host that neither a container nor a swarm service uses.
 *
 * A stopped container counts too, because it cannot start without its networks.
 *
 * The task keeps networks with the label `docker-housekeeping.keep`. It also keeps all networks of a Compose project that has
 * a container with this label.
 *
 * @example
 * new NetworkPrune({ composeLeftovers: true });
 *
 * @see https://docs.docker.com/reference/cli/docker/network/prune/
 */
export class NetworkPrune extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if neither `labels` nor `composeLeftovers` is given, or a property is not valid */
  public constructor(props: NetworkPruneProps) {
    const kind = 'NetworkPrune';
    literalProps(kind, props);
    const { labels, composeLeftovers = false } = props;
    const leftovers = literalFlag(`${kind}.composeLeftovers`, composeLeftovers);
    if (labels === undefined && !composeLeftovers) {
      refuse(
        kind,
        props,
        "has neither 'labels' nor 'composeLeftovers'",
        'say which networks to remove: give labels, or set composeLeftovers to true',
      );
    }
    const settings = {
      LABELS: labels === undefined ? '' : literalLabels(`${kind}.labels`, labels, 'unused network'),
      COMPOSE_LEFTOVERS: leftovers,
      OLDER_THAN: String(literalSeconds(`${kind}.olderThan`, props.olderThan ?? Duration.hours(1))),
      EXCLUDE: literalPatterns(`${kind}.exclude`, props.exclude ?? []),
    };
    const what = [...Object.values(labels ?? {}), ...(composeLeftovers ? ['compose-leftovers'] : [])];
    super(kind, defaultTaskName('network-prune', ...what), props);
    this._script = taskScript(kind, PRUNE, props, settings);
  }
}
