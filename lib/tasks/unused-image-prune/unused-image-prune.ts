import { Duration } from 'aws-cdk-lib';
import { type HostScript, PRUNE } from '../../host/script';
import { literalCount, literalLabels, literalPatterns, literalProps, literalSeconds } from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

/** Which unused images to remove. */
export interface UnusedImagePruneProps extends HousekeepingTaskProps {
  /**
   * The labels that an image must carry, all of them, each with exactly this value; at least one.
   */
  readonly labels: { [key: string]: string };

  /**
   * Images younger than this stay, in whole seconds. An image's age counts from
   * its creation, its last tagging or when it came to the host, whichever was last.
   *
   * @default Duration.days(7)
   */
  readonly olderThan?: Duration;

  /**
   * How many images of each repository stay, the newest that carry the labels, in use or not; 0 to 1000.
   *
   * @default 1
   */
  readonly keepNewest?: number;

  /**
   * How many images one run removes at most, the oldest first; 1 to 100000.
   *
   * @default - all that may go
   */
  readonly maxRemovals?: number;

  /**
   * Shell patterns (`*`, `?`, `[...]`) of images that stay: of `repository:tag`, or of the repository alone, in which an
   * image may also be by its digest. An image stays when one of its names matches.
   *
   * @default - none
   */
  readonly exclude?: string[];
}

/**
 * Removes images that have a name and carry given labels, but that no container uses,
 * running or stopped, as releases leave them behind.
 *
 * Left alone are also the newest of each repository, images younger than
 * `olderThan`, and images with the label `docker-housekeeping.keep`.
 *
 * On both image stores. An image that has only a digest for a name is dangling to the
 * classic store, and left for `DanglingImagePrune`. A rebuild takes the tag away from the image before: on the classic
 * store that is left for `DanglingImagePrune`, on the containerd store it is gone, and its
 * disk space is in the build cache, which `BuildCachePrune` removes.
 *
 * A tag that moves to another image in the instant before it is removed goes all the same,
 * and that image with it if it has no other tag. Of an image that went so the report warns:
 * `tag-removed`.
 */
export class UnusedImagePrune extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if no label is given, or a property is not allowed */
  public constructor(props: UnusedImagePruneProps) {
    const kind = 'UnusedImagePrune';
    literalProps(kind, props);
    const { keepNewest = 1, maxRemovals, exclude = [] } = props;
    const settings = {
      LABELS: literalLabels(`${kind}.labels`, props.labels, 'unused image'),
      OLDER_THAN: String(literalSeconds(`${kind}.olderThan`, props.olderThan ?? Duration.days(7))),
      KEEP_NEWEST: String(literalCount(`${kind}.keepNewest`, keepNewest, 0, 1000)),
      MAX_REMOVALS:
        maxRemovals === undefined ? '' : String(literalCount(`${kind}.maxRemovals`, maxRemovals, 1, 100_000)),
      EXCLUDE: literalPatterns(`${kind}.exclude`, exclude),
    };
    super(kind, defaultTaskName('unused-image-prune', ...Object.values(props.labels)), props);
    this._script = taskScript(kind, [...PRUNE, 'images.sh'], props, settings);
  }
}
