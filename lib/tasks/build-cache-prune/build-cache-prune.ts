import type { Size } from 'aws-cdk-lib';
import { Duration } from 'aws-cdk-lib';
import type { HostScript } from '../../host/script';
import { literalBytes, literalProps, literalSeconds } from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

/** How much of the build cache to remove. */
export interface BuildCachePruneProps extends HousekeepingTaskProps {
  /**
   * Build cache that was used more recently than this is kept. In whole seconds.
   *
   * @default Duration.days(1)
   */
  readonly olderThan?: Duration;

  /**
   * How much build cache to keep, less than 8 PiB.
   *
   * The task removes the least recently used cache first, and stops when the rest is not larger than this. Cache that
   * images share does not count. The task calculates with the sizes that the Docker CLI shows, which have three digits.
   *
   * @default - all cache that is older than `olderThan` is removed
   */
  readonly keepStorage?: Size;
}

/**
 * Removes build cache of the Engine's own BuildKit that no build uses and no image shares.
 *
 * Build cache belongs to the whole host. It has no labels, so you can neither select it by labels nor keep it with
 * `docker-housekeeping.keep`. A build that needs removed cache takes longer, and produces the same result.
 *
 * On the containerd image store, this is the task that frees disk space: rebuilds with BuildKit leave no dangling images
 * there.
 *
 * @example
 * new BuildCachePrune({ keepStorage: Size.gibibytes(20), whenDiskUsedAbove: 70 });
 *
 * @see https://docs.docker.com/reference/cli/docker/builder/prune/
 */
export class BuildCachePrune extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if a property is not valid */
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
