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

/** Which networks to remove. At least one of `labels` and `composeLeftovers`; with both, what either means. */
export interface NetworkPruneProps extends HousekeepingTaskProps {
  /**
   * The labels that a network must carry, all of them, each with exactly this value.
   *
   * @default - none is removed for its labels
   */
  readonly labels?: { [key: string]: string };

  /**
   * Whether to remove the networks of Compose projects that have no container, running or stopped. A container that
   * Compose did not create is none of the project's.
   *
   * @default false
   */
  readonly composeLeftovers?: boolean;

  /**
   * Networks younger than this stay, in whole seconds.
   *
   * @default Duration.hours(1)
   */
  readonly olderThan?: Duration;

  /**
   * Shell patterns (`*`, `?`, `[...]`) of the names of networks that stay. A network
   * that is there already can be given no label, so this is how to keep it.
   *
   * @default - none
   */
  readonly exclude?: string[];
}

/**
 * Removes networks of this host that neither a container nor a swarm service uses. A container that does not run
 * counts too, as it could not be started without its network.
 *
 * Left alone is what carries the label `docker-housekeeping.keep`, and all of a Compose project one of whose
 * containers does.
 */
export class NetworkPrune extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if neither labels nor leftovers are asked for, or a property is not allowed */
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
        'say which networks, by their labels or as what Compose left',
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
