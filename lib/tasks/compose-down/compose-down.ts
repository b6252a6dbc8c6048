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

const USES = ['clock.sh', 'inspect.sh', 'describe.sh', 'references.sh', 'members.sh', 'select.sh'] as const;

/** The parts of the script that take down one project. */
const PARTS = [
  'volumes.sh',
  'killed.sh',
  'aftermath.sh',
  'project.sh',
  'files.sh',
  'origins.sh',
  'selection.sh',
];

/**
 * Which Compose projects to take down, and how.
 *
 * Select one project by `project`, `directory` or both, or all projects with given `labels`.
 */
export interface ComposeDownProps extends HousekeepingTaskProps {
  /**
   * Name of the Compose project, as `docker compose ls --all` shows it.
   *
   * @default - the project that Compose started from `directory`
   */
  readonly project?: string;

  /**
   * Absolute path of the project's directory on the host.
   *
   * The task takes down only what Compose started from this directory, according to the label
   * `com.docker.compose.project.working_dir` of the containers. It removes nothing and fails with the reason
   * `ambiguous-project` in two cases: Compose started the same project from elsewhere too, or Compose started several
   * projects from this directory and `project` is not given.
   *
   * Compose stops the project through its files, so `pre_stop` hooks run (Compose 2.30 and later). If Compose cannot use
   * the directory or its files, a task with `project` warns, and the Engine stops the containers. A task without `project`
   * fails.
   *
   * @default - the project's directory does not matter, and no Compose file is read
   * @see https://docs.docker.com/compose/how-tos/lifecycle/
   */
  readonly directory?: string;

  /**
   * Paths of the project's Compose files, absolute or relative to `directory`. Needs `directory`.
   *
   * The task takes down only what Compose started from exactly these files, in any order. If Compose also read an override
   * file, list it too.
   *
   * @default - everything that Compose started from `directory`, from any files
   */
  readonly files?: string[];

  /**
   * Whether to remove the project's named and anonymous volumes, with the data in them, as `docker compose down --volumes`
   * does.
   *
   * External volumes are never removed.
   *
   * @default false
   * @see https://docs.docker.com/reference/cli/docker/compose/down/
   */
  readonly removeVolumes?: boolean;

  /**
   * Selects every project in which each container carries all of these labels, with exactly these values. At least one
   * label; not allowed together with `project` or `directory`.
   *
   * A project without containers is selected by the labels of its volumes, and without volumes too, by those of its
   * networks. Compose adds only its own labels to these. So the task finds what `docker compose down` left only if the
   * Compose file has such `labels` on volumes and networks too.
   *
   * @default - one project is selected, by `project` or `directory`
   */
  readonly labels?: { [key: string]: string };

  /**
   * With `labels`: projects whose youngest container is younger than this are kept. In whole seconds.
   *
   * In a project without containers, the youngest volume or network counts.
   *
   * @default Duration.days(7)
   */
  readonly olderThan?: Duration;

  /**
   * With `labels`: shell patterns (`*`, `?`, `[...]`). Projects whose name matches one of them are kept.
   *
   * @default - no project is kept for its name
   */
  readonly exclude?: string[];
}

/**
 * Takes down Docker Compose projects: stops and removes their containers, and removes their networks. Removes their volumes
 * only with `removeVolumes`.
 *
 * Orphans and one-off containers of a project are removed too. The task takes down one project, by name or directory, or
 * all old projects with given labels, such as stale preview environments. If a container of a project has the label
 * `docker-housekeeping.keep`, the whole project is kept.
 *
 * A project that you select by name or directory is taken down at any age, even while `docker compose up` is in progress.
 *
 * The task stops all containers before it removes them. So the report can name the containers that Docker had to kill
 * because they ignore the stop signal. The task removes containers, networks and volumes by their project label, never by
 * the name of a directory. It fails if an object that it should have removed is still there, even if Compose reported success.
 *
 * A container belongs to a project only if Compose created it; labels from its image do not count. The task recognises
 * such a container by the label `com.docker.compose.oneoff` or `com.docker.compose.hook`, and by Compose labels that its
 * image does not have. So a container from a `docker commit` image is kept.
 *
 * The task uses the Compose plugin, else docker-compose v1, else the Engine alone. It is tested with Compose 1.29, 2.26,
 * 2.40 and without Compose.
 *
 * @example
 * new ComposeDown({ project: 'todobackend', removeVolumes: true });
 * new ComposeDown({ labels: { environment: 'preview' }, olderThan: Duration.days(3), exclude: ['*-demo'] });
 *
 * @see https://docs.docker.com/reference/cli/docker/compose/down/
 */
export class ComposeDown extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if `props` do not select a project, or a property is not valid */
  public constructor(props: ComposeDownProps) {
    literalProps('ComposeDown', props);
    refuseUnclear(props);
    const { project = '', directory, files = [], removeVolumes = false, labels } = props;
    const paths = literalList('ComposeDown.files', files, 'compose.yml', validFile);
    // Compose records the normalised path in a label, and the host script compares texts.
    const home = directory === undefined ? '' : posix.resolve(validDirectory(directory));
    const settings = {
      PROJECT: props.project === undefined ? '' : validProject(project),
      DIRECTORY: home,
      FILES: paths.map((path) => posix.resolve(home, path)).join('\n'),
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
      'give the name of the Compose project, its directory, or the labels of the containers',
    );
  }
  if (one && props.labels !== undefined) {
    refuse('ComposeDown', props, "selects one project and also has 'labels'", 'split it into two tasks');
  }
  const selection = (['olderThan', 'exclude'] as const).find((name) => props[name] !== undefined);
  if (one && selection !== undefined) {
    refuse(
      `ComposeDown.${selection}`,
      props[selection],
      "needs 'labels'",
      'remove it, because one project by name or directory is taken down at any age',
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
      "is not a valid Compose project name (lower-case letters, digits, '_' and '-', a letter or digit first)",
      "use the name that 'docker compose ls --all' shows",
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
      'ends with white space that the Docker CLI trims',
      "select the project by its name, with 'project', instead",
    );
  }
  if (!directory.startsWith('/')) {
    refuse(
      'ComposeDown.directory',
      directory,
      'is not an absolute path',
      "give the path on the host, beginning with '/'",
    );
  }
  return directory;
}

function validFile(property: string, file: string): string {
  literalText(property, file);
  if (file === '' || file.endsWith('/')) {
    refuse(property, file, 'is not the path of a file', 'give the path of a Compose file');
  }
  return file;
}
