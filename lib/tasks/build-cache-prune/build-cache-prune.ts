import type { Size } from 'aws-cdk-lib';
import { Duration } from 'aws-cdk-lib';
import type { HostScript } from '../../host/script';
import { literalBytes, literalProps, literalSeconds } from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

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
    literalProps(kind, props);
    const { olderThan = Duration.days(1), keepStorage } = props;
    const settings = {
      OLDER_THAN: String(literalSeconds(`${kind}.olderThan`, olderThan)),
      KEEP_STORAGE: keepStorage === undefined ? '' : String(literalBytes(`${kind}.keepStorage`, keepStorage)),
    };
    super(kind, defaultTaskName('build-cache-prune'), props);
    this._script = taskScript(kind, ['clock.sh'], props, settings);
  }
}
