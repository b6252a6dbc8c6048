import { Duration } from 'aws-cdk-lib';
import { type HostScript, PRUNE } from '../../host/script';
import { literalLabels, literalProps, literalSeconds } from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

/** Which dangling images to remove. */
export interface DanglingImagePruneProps extends HousekeepingTaskProps {
  /**
   * The labels that an image must carry: all of them, with exactly these values. At least one label.
   */
  readonly labels: { [key: string]: string };

  /**
   * Images younger than this are kept, because a build may still use them. In whole seconds.
   *
   * The age counts from the image's creation, its last tagging or its arrival on the host, whichever is latest. With 0, no
   * image is kept for its age, not even one that the legacy builder is using.
   *
   * @default Duration.hours(1)
   */
  readonly olderThan?: Duration;
}

/**
 * Removes dangling images with given labels: images that lost their last tag, for example to a newer build.
 *
 * The task keeps an image that a container uses, running or stopped, that is younger than `olderThan`, or that has a tag at
 * the moment of removal. It also keeps images with the label `docker-housekeeping.keep`, and all images of a Compose project
 * that has a container with this label.
 *
 * The task also removes untagged ancestors that the legacy builder left. The same conditions apply to them, and no other
 * image may be built upon them.
 *
 * On the containerd image store, the default of fresh installations since Engine 29, a rebuild with BuildKit leaves no
 * dangling image: its disk space is in the build cache, which `BuildCachePrune` removes. On that store the task finds
 * images that `docker pull`, `load` and `tag` and the legacy builder replaced.
 *
 * If an image is tagged in the instant before its removal, the tag is removed with it. The report then has the warning
 * `tag-removed`.
 *
 * @example
 * new DanglingImagePrune({ labels: { application: 'todobackend' } });
 *
 * @see https://docs.docker.com/reference/cli/docker/image/ls/#filtering---filter
 */
export class DanglingImagePrune extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if no label is given, or a property is not valid */
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
