import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { KEEP_LABEL } from '../contract';
import type { HostScript } from '../host/script';
import { literalSeconds, literalText, refuse, refuseUnresolved } from '../validation';
import type { HousekeepingTaskProps } from './task';
import { HousekeepingTask, defaultTaskName } from './task';

/** Which dangling images to remove. */
export interface DanglingImagePruneProps extends HousekeepingTaskProps {
  /**
   * The labels that an image must carry, all of them, each with exactly this value; at least one.
   */
  readonly labels: { [key: string]: string };

  /**
   * Images younger than this are left alone, as a build may still be using them;
   * in whole seconds, 0 leaves none alone for its age. An image's age counts from
   * its creation or its last tagging, whichever was later.
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
 * carries a tag at the moment of removal. Parents of a removed image stay.
 *
 * @see https://docs.docker.com/reference/cli/docker/image/ls/#filtering---filter
 */
export class DanglingImagePrune extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if no label is given, or a property is not allowed */
  public constructor(props: DanglingImagePruneProps) {
    const labels = validLabels(props.labels);
    const olderThan = literalSeconds('DanglingImagePrune.olderThan', props.olderThan ?? Duration.hours(1));
    super(
      'DanglingImagePrune',
      defaultTaskName('dangling-image-prune', ...labels.map(([, value]) => value)),
      props,
    );
    this._script = {
      kind: 'DanglingImagePrune',
      file: join(__dirname, 'dangling-image-prune.sh'),
      settings: {
        LABELS: labels.map(([key, value]) => `${key}=${value}`).join('\n'),
        OLDER_THAN: String(olderThan),
      },
    };
  }
}

function validLabels(labels: Record<string, string>): [string, string][] {
  refuseUnresolved('DanglingImagePrune.labels', labels);
  const entries = Object.entries(labels);
  if (entries.length === 0) {
    refuse(
      'DanglingImagePrune.labels',
      labels,
      'names no label, so every dangling image would match',
      "give at least one label, e.g. { application: 'todobackend' }",
    );
  }
  for (const [key, value] of entries) {
    literalText('DanglingImagePrune.labels', key);
    literalText(`DanglingImagePrune.labels[${JSON.stringify(key)}]`, value);
    if (key === '' || /[=\s]/.test(key)) {
      refuse(
        'DanglingImagePrune.labels',
        key,
        "is no key of a label (not empty, without '=' and white space)",
        'give the key as in LABEL key=value of the Dockerfile',
      );
    }
    if (key === KEEP_LABEL) {
      refuse(
        'DanglingImagePrune.labels',
        key,
        'marks images that are never removed',
        'select by another label',
      );
    }
  }
  return entries;
}
