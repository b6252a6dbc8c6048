import { Duration } from 'aws-cdk-lib';
import { type HostScript, PRUNE } from '../../host/script';
import { literalLabels, literalProps, literalSeconds } from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

/** Which dangling images to remove. */
export interface DanglingImagePruneProps extends HousekeepingTaskProps {
  /**
   * The labels that an image must carry, all of them, each with exactly this value; at least one.
   */
  readonly labels: { [key: string]: string };

  /**
   * Images younger than this are left alone, as a build may still be using them;
   * in whole seconds; 0 leaves none alone for its age, not even what the legacy builder
   * is working with. An image's age counts from its creation, its last tagging or when it
   * came to the host, whichever was last.
   *
   * @default Duration.hours(1)
   */
  readonly olderThan?: Duration;
}

/**
 * Removes the images that no tag points to any more and that carry given labels,
 * as repeated builds leave them behind.
 *
 * Left alone are images that a container uses, running or stopped, images younger
 * than `olderThan`, images with the label `docker-housekeeping.keep`, and whatever
 * carries a tag at the moment of removal. Untagged ancestors that the legacy builder
 * left go along if all this is true of them too and nothing else was built upon them.
 *
 * On the containerd image store, the default of fresh installations since Engine 29, a
 * rebuild with BuildKit leaves no such image behind: its disk space is in the build cache,
 * which `BuildCachePrune` removes. Found there is what `docker pull`, `load` and `tag` and
 * the legacy builder replaced.
 *
 * A tag that an image is given in the instant before its removal goes with it, of which the
 * report warns: `tag-removed`.
 *
 * @see https://docs.docker.com/reference/cli/docker/image/ls/#filtering---filter
 */
export class DanglingImagePrune extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if no label is given, or a property is not allowed */
  public constructor(props: DanglingImagePruneProps) {
    const kind = 'DanglingImagePrune';
    literalProps(kind, props);
    const settings = {
      LABELS: literalLabels(`${kind}.labels`, props.labels, 'dangling image'),
      OLDER_THAN: String(literalSeconds(`${kind}.olderThan`, props.olderThan ?? Duration.hours(1))),
    };
    super(kind, defaultTaskName('dangling-image-prune', ...Object.values(props.labels)), props);
    this._script = taskScript(kind, [...PRUNE, 'images.sh'], props, settings);
  }
}
