import type { Size } from 'aws-cdk-lib';
import { Duration, SizeRoundingBehavior } from 'aws-cdk-lib';
import type { HostScript } from '../host/script';
import { literalSeconds, refuse } from '../validation';
import type { HousekeepingTaskProps } from './task';
import { HousekeepingTask, defaultTaskName, taskScript } from './task';

/** How much of the build cache to remove. */
export interface BuildCachePruneProps extends HousekeepingTaskProps {
  /**
   * What was used since stays, in whole seconds.
   *
   * @default Duration.days(1)
   */
  readonly olderThan?: Duration;

  /**
   * How much of the cache stays, of what was used last.
   *
   * Of what may go, that which was used longest ago goes until no more than this is left. What images share does not
   * count. Sizes are those that the Docker CLI shows, with three digits.
   *
   * @default - nothing that is old enough
   */
  readonly keepStorage?: Size;
}

/**
 * Removes build cache of the Engine's own BuildKit that no build uses and no image shares.
 *
 * Build cache belongs to the whole host: it has no labels, so neither labels nor the label
 * `docker-housekeeping.keep` apply. Builds that need it again take longer, and come to the same result.
 *
 * On the containerd image store, where rebuilds leave no dangling images behind, this is what makes room.
 *
 * @see https://docs.docker.com/reference/cli/docker/builder/prune/
 */
export class BuildCachePrune extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if a property is not allowed */
  public constructor(props: BuildCachePruneProps = {}) {
    const kind = 'BuildCachePrune';
    super(kind, defaultTaskName('build-cache-prune'), props);
    const { olderThan = Duration.days(1), keepStorage } = props;
    if (keepStorage?.isUnresolved()) {
      refuse(`${kind}.keepStorage`, 'a token', 'is only known at deployment', 'give a literal value');
    }
    this._script = taskScript(kind, ['prune.sh'], props, {
      OLDER_THAN: String(literalSeconds(`${kind}.olderThan`, olderThan)),
      KEEP_STORAGE:
        keepStorage === undefined
          ? ''
          : String(keepStorage.toBytes({ rounding: SizeRoundingBehavior.FLOOR })),
    });
  }
}
