import { posix } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import type { HostScript } from '../../host/script';
import {
  literalFlag,
  literalLabels,
  literalList,
  literalPatterns,
  literalProps,
  literalSeconds,
  literalText,
  refuse,
} from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

const USES = ['clock.sh', 'inspect.sh', 'references.sh', 'members.sh', 'select.sh'] as const;

/** How one project is taken down. */
const PARTS = [
  'volumes.sh',
  'killed.sh',
  'aftermath.sh',
  'project.sh',
  'files.sh',
  'origins.sh',
  'selection.sh',
];

/** Which Compose projects to take down, and how: one by `project` or `directory` or both, or all with these `labels`. */
export interface ComposeDownProps extends HousekeepingTaskProps {
  /**
   * Name of the Compose project, as `docker compose ls --all` shows it.
   *
   * @default - the project whose containers were started from `directory`
   */
  readonly project?: string;

  /**
   * Absolute path of the project's directory on the host.
   *
   * The task takes down only what Compose started from this directory, as the
   * `com.docker.compose.project.working_dir` label of the containers says. It fails as
   * `ambiguous-project` and removes nothing if Compose started several projects from there,
   * or the same project from elsewhere too.
   *
   * Compose stops the project through its files, so `pre_stop` hooks run (Compose 2.30 and later).
   * If Compose cannot use the directory or its files, a task with `project` warns and the Engine
   * stops the containers; a task without `project` fails.
   *
   * @default - `project` alone selects, wherever Compose started it; no Compose file is read
   * @see https://docs.docker.com/compose/how-tos/lifecycle/
   */
  readonly directory?: string;

  /**
   * The project's Compose files, absolute or relative to `directory`; needs `directory`.
   *
   * The task takes down only what Compose started from exactly these files, in any order. Name an
   * override file too, if Compose read one.
   *
   * @default - what Compose started from `directory`, from any files
   */
  readonly files?: string[];

  /**
   * Whether to remove the project's named volumes, with the data in them, and its
   * anonymous volumes, as `docker compose down --volumes` does. External volumes are never removed.
   *
   * @default false
   * @see https://docs.docker.com/reference/cli/docker/compose/down/
   */
  readonly removeVolumes?: boolean;

  /**
   * Takes down every project whose containers, each of them, carry these labels, all of them, each with exactly this
   * value. Of a project that has no container left its volumes count, and of one that has no volume either, its
   * networks: Compose gives these no labels but its own, so that what a plain `docker compose down` left is found only
   * if the Compose file has such `labels` on its volumes and networks too. Not together with `project` or `directory`.
   *
   * @default - one project, by its name or directory
   */
  readonly labels?: { [key: string]: string };

  /**
   * With `labels`: projects whose youngest container is younger than this stay, in whole seconds.
   *
   * @default Duration.days(7)
   */
  readonly olderThan?: Duration;

  /**
   * With `labels`: shell patterns (`*`, `?`, `[...]`) of the names of projects that stay.
   *
   * @default - none
   */
  readonly exclude?: string[];
}

/**
 * Takes down Docker Compose projects: stops and removes their containers, with
 * orphans and one-off containers, and their networks; their volumes only if told to.
 *
 * One project, by its name or directory, or all that carry given labels and are old
 * enough, such as stale preview environments. A project one of whose containers
 * carries the label `docker-housekeeping.keep` is left whole.
 *
 * The containers are stopped first, so that the report can name those which had
 * to be killed because they ignore the stop signal. Removal goes by the project
 * label of containers, networks and volumes, never by a directory's name. What
 * is still there afterwards makes the task fail, whatever Compose said.
 *
 * A container belongs to a project because Compose created it, not because it has a label from its
 * image: it carries `com.docker.compose.oneoff` or `com.docker.compose.hook`, and not all of its
 * Compose labels are those of its image, as with a copy by `docker commit`.
 *
 * A project by its name or directory goes at any age, even one that somebody is just starting.
 *
 * Uses the Compose plugin, else docker-compose v1, else the Engine alone; tested with Compose 1.29, 2.26, 2.40 and none.
 */
export class ComposeDown extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if it is not said which project, or a property is not allowed */
  public constructor(props: ComposeDownProps) {
    literalProps('ComposeDown', props);
    refuseUnclear(props);
    const { project = '', directory, files = [], removeVolumes = false, labels } = props;
    literalList('ComposeDown.files', files, 'compose.yml');
    // Compose records the directory in its normal form, and labels are compared with this text.
    const home = directory === undefined ? '' : posix.resolve(validDirectory(directory));
    const settings = {
      PROJECT: props.project === undefined ? '' : validProject(project),
      DIRECTORY: home,
      FILES: files.map((file) => posix.resolve(home, validFile(file))).join('\n'),
      REMOVE_VOLUMES: literalFlag('ComposeDown.removeVolumes', removeVolumes),
      LABELS: labels === undefined ? '' : literalLabels('ComposeDown.labels', labels, 'project'),
      OLDER_THAN: String(literalSeconds('ComposeDown.olderThan', props.olderThan ?? Duration.days(7))),
      EXCLUDE: literalPatterns('ComposeDown.exclude', props.exclude ?? []),
    };
    const what = labels === undefined ? [project || posix.basename(home)] : Object.values(labels);
    super('ComposeDown', defaultTaskName('compose-down', ...what), props);
    this._script = taskScript('ComposeDown', USES, props, settings, PARTS);
  }
}

function refuseUnclear(props: ComposeDownProps): void {
  const one = props.project !== undefined || props.directory !== undefined;
  if (!one && props.labels === undefined) {
    refuse(
      'ComposeDown',
      props,
      "has none of 'project', 'directory' and 'labels'",
      'name the Compose project or its directory, or select projects by the labels of their containers',
    );
  }
  if (one && props.labels !== undefined) {
    refuse('ComposeDown', props, 'names a project and selects by labels', 'make two tasks of it');
  }
  const selection = (['olderThan', 'exclude'] as const).find((name) => props[name] !== undefined);
  if (one && selection !== undefined) {
    refuse(
      `ComposeDown.${selection}`,
      props[selection],
      "needs 'labels'",
      'a project by its name goes at any age',
    );
  }
  if (props.files?.length && props.directory === undefined) {
    refuse('ComposeDown.files', props.files, "needs 'directory'", "give the project's directory on the host");
  }
}

function validProject(project: string): string {
  literalText('ComposeDown.project', project);
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(project)) {
    refuse(
      'ComposeDown.project',
      project,
      "is no name of a Compose project (lower-case letters, digits, '_' and '-', the first a letter or a digit)",
      "take the name that 'docker compose ls --all' shows",
    );
  }
  return project;
}

function validDirectory(directory: string): string {
  literalText('ComposeDown.directory', directory);
  if (directory !== directory.trimEnd()) {
    refuse(
      'ComposeDown.directory',
      directory,
      'ends with white space, which the Docker CLI takes away',
      "give the project's name instead",
    );
  }
  if (!directory.startsWith('/')) {
    refuse(
      'ComposeDown.directory',
      directory,
      'is no absolute path',
      "give the directory on the host from '/' on",
    );
  }
  return directory;
}

function validFile(file: string): string {
  literalText('ComposeDown.files', file);
  if (file === '' || file.endsWith('/')) {
    refuse('ComposeDown.files', file, 'is no path of a file', 'give the path of a Compose file');
  }
  return file;
}
