import type { Reason } from './reasons';

/** A task either fails or does not run at all. */
type HostReasonRow = Reason & { readonly outcome: 'failed' | 'skipped' };

/** Every reason that a script of this package on a host gives in its result. */
export const HOST_REASONS = {
  'docker-missing': {
    outcome: 'failed',
    meaning: 'the host has no `docker` on its PATH',
    action: 'install Docker, or remove the tag from the instance',
  },
  'tool-missing': {
    outcome: 'failed',
    meaning: 'the host lacks a tool that every task needs',
    action: 'install the package that the message names',
  },
  'docker-unreachable': {
    outcome: 'failed',
    meaning: 'the Docker daemon is down, or stopped answering during the task',
    action: 'restart the daemon; the message has its complaint',
  },
  'docker-hung': {
    outcome: 'failed',
    meaning: 'the Docker daemon did not answer for 30 s',
    action: 'restart the daemon',
  },
  'engine-error': {
    outcome: 'failed',
    meaning: "the Engine answered a question about an object with an error, or the host's swarm is locked",
    action:
      'read the error in the message; `passedOver.undescribed` counts such objects; for a locked swarm, run `docker swarm unlock`',
  },
  'dry-run-invalid': {
    outcome: 'failed',
    meaning: 'the run was sent with a `DryRun` other than `true` or `false`, so the task removed nothing',
    action: 'send the run with `DryRun` `true` or `false`',
  },
  'directory-missing': {
    outcome: 'failed',
    meaning: 'the host does not have the directory of the task',
    action: 'correct `directory`, or set `project` too: then this is only a warning',
  },
  'directory-unanswered': {
    outcome: 'failed',
    meaning:
      'the file system of `directory` or `files` did not answer for 10 s, or Compose did not read the files within 30 s',
    action: 'see whether each mount answers, or set `project` too: then this is only a warning',
  },
  'compose-file-missing': {
    outcome: 'failed',
    meaning: 'the host lacks a Compose file of the task, or Compose finds none in `directory`',
    action: 'correct `directory` or `files`, or set `project` too: then this is only a warning',
  },
  'compose-file-invalid': {
    outcome: 'failed',
    meaning: 'Compose refuses the files of the task',
    action:
      'run `docker compose config -q` in the directory and correct the files, or set `project` too: then this is only a warning',
  },
  'ambiguous-project': {
    outcome: 'failed',
    meaning:
      'several projects were started from `directory`, or the project was also started from elsewhere; the message names them',
    action: 'set `project` too; `project` without `directory` takes down all that has this name',
  },
  leftovers: {
    outcome: 'failed',
    meaning:
      'a part of the project is still there: the Engine refused to remove it, or other containers or services use it',
    action:
      "read `left`, and the Engine's complaint in the message; a task with `directory` alone does not find the rest again: set `project`",
  },
  'not-removed': {
    outcome: 'failed',
    meaning: 'the Engine did not remove an object that is not in use',
    action: "read the Engine's complaint in the message",
  },
  'disk-unknown': {
    outcome: 'failed',
    meaning:
      "the host cannot see the file system of the Engine's data, mostly because the Engine is on another machine",
    action: 'remove `whenDiskUsedAbove` from the task',
  },
  'broken-result': {
    outcome: 'failed',
    meaning:
      'the script of a `ShellTask` printed no result that keeps the contract, or its result and its exit code disagree',
    action: 'correct the script as the message says',
  },
  'script-failed': {
    outcome: 'failed',
    meaning: 'the script of a `ShellTask` was killed, or ended with an exit code other than 0 and no result',
    action: "read the step's log in Run Command and correct the script",
  },
  deadline: {
    outcome: 'failed',
    meaning: "the task's `timeout` was too short",
    action: 'give the task a longer `timeout`, or wait for the next run to continue',
  },
  'script-missing': {
    outcome: 'failed',
    meaning: 'the step `host` did not leave the scripts of the tasks on the host, or did not run',
    action: 'read the result of the step `host`: mostly `/run` is full, or a tool is missing',
  },
  'lock-unavailable': {
    outcome: 'failed',
    meaning: 'the task cannot write or lock `/run/docker-housekeeping/lock`',
    action: 'see whether root can write there, and whether `flock` works on that file system',
  },
  'no-space': {
    outcome: 'failed',
    meaning: 'the script cannot write to `/run/docker-housekeeping`, mostly because `/run` is full',
    action: 'free space in `/run`',
  },
  interrupted: {
    outcome: 'failed',
    meaning: 'a signal ended the script',
    action: 'see whether the host was shut down or the run cancelled; the next run continues',
  },
  internal: {
    outcome: 'failed',
    meaning: 'the script ended where it should not, which is a defect of this package',
    action: "report the defect with the step's log",
  },
  'disk-not-full': {
    outcome: 'skipped',
    meaning: 'no more of the disk is used than `whenDiskUsedAbove`',
    action: 'do nothing, or lower `whenDiskUsedAbove`',
  },
  busy: {
    outcome: 'skipped',
    meaning: 'the Engine (before 23) counted its disk usage for another client for 10 s',
    action: 'do nothing: the next run prunes the build cache',
  },
  locked: {
    outcome: 'skipped',
    meaning: 'another run was active on the host',
    action: 'do nothing, or if it happens often, leave more time between the runs',
  },
  kept: {
    outcome: 'skipped',
    meaning: 'a container of the project carries the keep label',
    action: 'do nothing, or create the container again without the label',
  },
  'dry-run-unsupported': {
    outcome: 'skipped',
    meaning: 'a dry run does not run the script of this `ShellTask`',
    action: 'set `supportsDryRun` if the script removes nothing when `DRY_RUN` is `true`',
  },
  'script-running': {
    outcome: 'skipped',
    meaning: 'the script of a `ShellTask` still runs on the host since an earlier run, which was cancelled',
    action: 'wait until the script ends, or end it',
  },
} as const satisfies Readonly<Record<string, HostReasonRow>>;

export type HostReason = keyof typeof HOST_REASONS;
