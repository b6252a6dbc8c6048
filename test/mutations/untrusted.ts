import { type Mutation, NEW, of } from './mutation';

const hooks = of('compose-down/hooks', NEW);
const secrets = of('results/secrets', 'Engine 28.5 with the Compose plug-in a secret in a Compose file');

/** What a task does with the files, scripts and settings that it does not trust. */
export const UNTRUSTED: readonly Mutation[] = [
  {
    rule: 'hooks run with a directory',
    file: 'lib/tasks/compose-down/project.sh',
    find: 'if [ -n "$DIRECTORY" ] && [ -z "$FILES_UNUSABLE" ]; then',
    replace: 'if false; then',
    test: hooks('the pre_stop hooks of a project run with'),
  },
  {
    rule: 'hooks run of services of inactive profiles',
    file: 'lib/tasks/compose-down/files.sh',
    find: `for PROFILES in '*' ''; do`,
    replace: `for PROFILES in ''; do`,
    test: hooks('the pre_stop hooks of a project run with'),
  },
  {
    rule: 'nothing by a directory that Compose cannot use, without the project’s name',
    file: 'lib/tasks/compose-down/files.sh',
    find: '[ -n "$PROJECT" ] || fail "$1" "$2"',
    replace: ':',
    test: hooks('files that Compose cannot use an invalid file'),
  },
  {
    rule: 'nothing that Compose says is printed',
    file: 'lib/tasks/compose-down/project.sh',
    find: '"$DIRECTORY" "$@" >"$WORK/compose-said" 2>&1',
    replace:
      '"$DIRECTORY" "$@" >"$WORK/compose-said" 2>&1 || { code=$?; cat "$WORK/compose-said"; exit "$code"; }',
    test: secrets('a variable in a list'),
  },
  {
    rule: 'no value of a Compose file is in a message',
    file: 'lib/tasks/compose-down/files.sh',
    find: '$(print_fault): run docker compose',
    replace: '$(tail -n 1 "$WORK/compose-said"): run docker compose',
    test: secrets('a variable in a list'),
  },
  {
    rule: 'nothing that a user’s script prints is in a message about it',
    file: 'lib/tasks/shell-task/shell-task.sh',
    find: '" at byte " (length($0) - length(rest) + 1)',
    replace: '": " rest',
    test: of('results/secrets')('a secret that the script of a ShellTask prints'),
  },
  {
    rule: 'no second copy of a script that outlives its step',
    file: 'lib/tasks/shell-task/shell-task.sh',
    find: 'flock -n 8 || { echo running >"$3/code"; exit; }',
    replace: ':',
    test: of('faults/shell-task-alone')('gets no second copy beside it, under dash'),
  },
  {
    rule: 'nothing where DryRun is neither true nor false',
    file: 'lib/host/prelude.sh',
    find: `  DRY_RUN=true
  fail dry-run-invalid 'the parameter DryRun is neither true nor false'`,
    replace: '  DRY_RUN=false',
    test: of('faults/defence')('a DryRun that is neither true nor false'),
  },
  {
    rule: 'no file system is waited for without end',
    file: 'lib/tasks/compose-down/files.sh',
    find: 'run_bounded 10 sh -c "$2"',
    replace: 'sh -c "$2"',
    test: of('faults/defence')('the task reports it and removes nothing (files undefined)'),
  },
  {
    rule: 'the disk of the host’s own containerd is looked at',
    file: 'lib/host/engine.sh',
    find: '"${root:-/var/lib/containerd}"',
    replace: '/var/lib/containerd',
    test: of('results/host-step-fails')('sees how full the disk is'),
  },
];
