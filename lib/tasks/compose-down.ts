import { join, posix } from 'node:path';
import type { HostScript } from '../host/script';
import { literalText, refuse, refuseUnresolved } from '../validation';
import type { HousekeepingTaskProps } from './task';
import { HousekeepingTask, defaultTaskName } from './task';

/** Which Compose project to take down, and how. At least one of `project` and `directory`. */
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
   * Without `project`, it says which project is meant: the one whose containers
   * carry it in their `com.docker.compose.project.working_dir` label. If several
   * projects do, the task fails as ambiguous and removes nothing. With `project`,
   * the directory's Compose files serve to stop the project, so that its
   * `pre_stop` hooks run.
   *
   * @default - the project is found and stopped by its name alone, without its Compose files
   */
  readonly directory?: string;

  /**
   * The project's Compose files, absolute or relative to `directory`; needs `directory`.
   *
   * @default - the files that Compose finds in `directory`
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
}

/**
 * Takes down one Docker Compose project: stops and removes its containers, with
 * orphans and one-off containers, and its networks; its volumes only if told to.
 *
 * The containers are stopped first, so that the report can name those which had
 * to be killed because they ignore the stop signal. Removal goes by the project
 * label of containers, networks and volumes, never by a directory's name. What
 * is still there afterwards makes the task fail, whatever Compose said.
 *
 * Uses the Compose plugin, else docker-compose v1, else the Engine alone.
 */
export class ComposeDown extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if neither project nor directory is given, or a property is not allowed */
  public constructor(props: ComposeDownProps) {
    const { project, directory, files = [], removeVolumes = false } = props;
    if (project === undefined && directory === undefined) {
      refuse(
        'ComposeDown',
        props,
        "has neither 'project' nor 'directory'",
        'name the Compose project or its directory',
      );
    }
    if (project !== undefined) {
      validProject(project);
    }
    if (directory !== undefined) {
      validDirectory(directory);
    }
    refuseUnresolved('ComposeDown.files', files);
    if (files.length > 0 && directory === undefined) {
      refuse('ComposeDown.files', files, "needs 'directory'", "give the project's directory on the host");
    }
    // Compose records the directory in its normal form, and labels are compared with this text.
    const home = directory === undefined ? '' : posix.resolve(directory);
    super('ComposeDown', defaultTaskName('compose-down', project ?? posix.basename(home)), props);
    this._script = {
      kind: 'ComposeDown',
      file: join(__dirname, 'compose-down.sh'),
      settings: {
        PROJECT: project ?? '',
        DIRECTORY: home,
        FILES: files.map((file) => posix.resolve(home, validFile(file))).join('\n'),
        REMOVE_VOLUMES: String(removeVolumes),
      },
    };
  }
}

function validProject(project: string): void {
  literalText('ComposeDown.project', project);
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(project)) {
    refuse(
      'ComposeDown.project',
      project,
      "is no name of a Compose project (lower-case letters, digits, '_' and '-', the first a letter or a digit)",
      "take the name that 'docker compose ls --all' shows",
    );
  }
}

function validDirectory(directory: string): void {
  literalText('ComposeDown.directory', directory);
  if (!directory.startsWith('/')) {
    refuse(
      'ComposeDown.directory',
      directory,
      'is no absolute path',
      "give the directory on the host from '/' on",
    );
  }
}

function validFile(file: string): string {
  literalText('ComposeDown.files', file);
  if (file === '' || file.endsWith('/')) {
    refuse('ComposeDown.files', file, 'is no path of a file', 'give the path of a Compose file');
  }
  return file;
}
