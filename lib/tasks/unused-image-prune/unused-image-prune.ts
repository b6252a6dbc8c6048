import { Duration } from 'aws-cdk-lib';
import { type HostScript, PRUNE } from '../../host/script';
import { literalCount, literalLabels, literalPatterns, literalProps, literalSeconds } from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

/** Which unused images to remove. */
export interface UnusedImagePruneProps extends HousekeepingTaskProps {
  /**
   * The labels that an image must carry: all of them, with exactly these values. At least one label.
   */
  readonly labels: { [key: string]: string };

  /**
   * Images younger than this are kept. In whole seconds.
   *
   * The age counts from the image's creation, its last tagging or its arrival on the host, whichever is latest.
   *
   * @default Duration.days(7)
   */
  readonly olderThan?: Duration;

  /**
   * How many images of each repository to keep, from 0 to 1000.
   *
   * The task keeps the newest images that carry the labels, whether or not they are in use.
   *
   * @default 1
   */
  readonly keepNewest?: number;

  /**
   * How many images one run removes on a host at most, oldest first, from 1 to 100000.
   *
   * @default - no limit
   */
  readonly maxRemovals?: number;

  /**
   * Shell patterns (`*`, `?`, `[...]`). Images with a matching name are kept.
   *
   * A pattern is compared with each `repository:tag` of an image and with each repository alone. A repository also counts
   * if the image is in it only by digest.
   *
   * @default - no image is kept for its name
   */
  readonly exclude?: string[];
}

/**
 * Removes images that have a name and given labels and that no container uses, running or stopped; for example old releases.
 *
 * The task keeps the newest images of each repository, and images younger than `olderThan`. It also keeps images with the
 * label `docker-housekeeping.keep`, and all images of a Compose project that has a container with this label.
 *
 * The task works on both image stores. On the classic store, an image that has only a digest as its name is dangling, so
 * `DanglingImagePrune` removes it.
 *
 * A rebuild takes the tag from the previous image. On the classic store, `DanglingImagePrune` removes that image. On the
 * containerd store a rebuild with BuildKit leaves no such image: its disk space is in the build cache, which
 * `BuildCachePrune` removes.
 *
 * If a tag moves to another image in the instant before the tag is removed, it is removed all the same. If the other image
 * has no other tag, it is removed too, and the report has the warning `tag-removed`.
 *
 * @example
 * new UnusedImagePrune({ labels: { application: 'todobackend' }, keepNewest: 3, exclude: ['*:lts-*'] });
 *
 * @see https://docs.docker.com/reference/cli/docker/image/prune/
 */
export class UnusedImagePrune extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if no label is given, or a property is not valid */
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
