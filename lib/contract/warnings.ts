/** A warning of a task that did its work. Its code is public and may not change. */
interface Warning {
  readonly meaning: string;
  /** What you do about it. */
  readonly action: string;
  /** The task lost something of yours, so the run needs attention. */
  readonly loss?: true;
}

const WITHOUT_COMPOSE = 'so the Engine stopped the containers, without their order and hooks';

/** Every warning that a script of this package on a host gives. */
export const WARNINGS = {
  'compose-missing': {
    meaning: `the host has no Compose, ${WITHOUT_COMPOSE}`,
    action: 'install Compose if order or hooks matter',
  },
  'compose-stop-failed': {
    meaning: `Compose could not stop the project, ${WITHOUT_COMPOSE}`,
    action:
      'read what Compose said on the host, in `/run/docker-housekeeping/work/compose-said`, before the next task overwrites it',
  },
  'compose-stop-skipped': {
    meaning: `Compose would have stopped a \`docker commit\` copy of a container too, ${WITHOUT_COMPOSE}`,
    action: 'remove the copy if order or hooks matter',
  },
  'directory-missing': {
    meaning: `the host does not have the directory of the task, ${WITHOUT_COMPOSE}`,
    action: 'correct `directory`',
  },
  'directory-unanswered': {
    meaning: `the file system of \`directory\` or \`files\` did not answer in time, ${WITHOUT_COMPOSE}`,
    action: 'see whether each mount answers',
  },
  'compose-file-missing': {
    meaning: `the host lacks a Compose file of the task, ${WITHOUT_COMPOSE}`,
    action: 'correct `directory` or `files`',
  },
  'compose-file-invalid': {
    meaning: `Compose refuses the files of the task, ${WITHOUT_COMPOSE}`,
    action: 'run `docker compose config -q` in the directory and correct the files',
  },
  'unnamed-volumes-left': {
    meaning: 'the task kept volumes without a name of their own, because they may belong to others',
    action:
      'remove those in `left` that you do not need; they came from a recreated container, `--volumes-from` or `docker volume create`',
  },
  'arrivals-unknown': {
    meaning:
      "the task cannot see the Engine's data, so an image counts as old as its build, not as its arrival on the host",
    action: 'do not rely on `olderThan` for images that were pulled a moment ago',
  },
  'tag-removed': {
    meaning: 'a tag that was set or moved in the instant before the removal was removed too',
    action: 'pull or build the image again if you need it',
    loss: true,
  },
} as const satisfies Readonly<Record<string, Warning>>;

export type WarningCode = keyof typeof WARNINGS;

/** The warnings that say that something was lost. */
export const LOSSES: readonly string[] = Object.entries<Warning>(WARNINGS).flatMap(([code, { loss }]) =>
  loss ? code : [],
);
