import { type Mutation } from './mutation';

/** What reaches a shell, who may do what, how long a host waits, and what is believed. */
export const CONDUCT: readonly Mutation[] = [
  {
    rule: 'a result of a user’s script that breaks the contract is not believed',
    file: 'lib/tasks/shell-task/shell-task.sh',
    find: '[ -z "$broken" ] ||',
    replace: 'true ||',
    test: ['test/engine/selection/shell-task.test.ts', 'does not believe'],
  },
  {
    rule: 'a host that has room is left alone',
    file: 'lib/host/task.sh',
    find: '[ -z "$WHEN_DISK_USED_ABOVE" ] || check_disk',
    replace: ':',
    test: ['test/engine/selection/conditions.test.ts', 'leaves a host alone that has room'],
  },
  {
    rule: 'no value reaches a shell unquoted',
    file: 'lib/host/script.ts',
    find: "return `'${text.replaceAll(\"'\", \"'\\\\''\")}'`;",
    replace: 'return `"${text}"`;',
    test: ['test/lib/command-document.test.ts', 'the values of a user'],
  },
  {
    rule: 'no text that Systems Manager would replace',
    file: 'lib/validation.ts',
    find: "if (value.includes('{{')) {",
    replace: 'if (false) {',
    test: ['test/lib/tasks/image-prunes.test.ts', '{{x}}'],
  },
  {
    rule: 'a script ends before the agent kills it',
    file: 'lib/host/prelude.sh',
    find: 'DEADLINE=$((START + STEP_TIMEOUT - 15))',
    replace: 'DEADLINE=$((START + STEP_TIMEOUT + 600))',
    test: ['test/engine/faults/hang.test.ts', 'the deadline, on Engine 20.10'],
  },
  {
    rule: 'no command is waited for without end',
    file: 'lib/host/prelude.sh',
    find: 'timeout -k 5 "$limit" "$@" 3>&- 9>&-',
    replace: '"$@" 3>&- 9>&-',
    test: ['test/engine/faults/hang.test.ts', 'an Engine that hangs before the removal'],
  },
  {
    rule: 'what outlives a script does not hold its lock',
    file: 'lib/host/prelude.sh',
    find: 'timeout -k 5 "$limit" "$@" 3>&- 9>&-',
    replace: 'timeout -k 5 "$limit" "$@" 3>&-',
    test: ['test/engine/faults/script-killed.test.ts', 'VolumePrune'],
  },
  {
    rule: 'one run at a time on a host',
    file: 'lib/host/task.sh',
    find: 'flock -n 9 || locked=$?',
    replace: ':',
    test: ['test/engine/faults/engine-fails.test.ts', 'VolumePrune'],
  },
  {
    rule: 'without the whole answer nothing is concluded',
    file: 'lib/host/lists.sh',
    find: 'answer=$(run_docker "$@" 2>"$WORK/cli-error") || fail_unanswered "$?"',
    replace: 'answer=$(run_docker "$@" 2>"$WORK/cli-error")',
    test: ['test/engine/faults/engine-fails.test.ts', 'ComposeDown'],
  },
  {
    rule: 'the schedule sends to instances with the tags only',
    file: 'lib/command-document.ts',
    find: 'conditions: hosts._condition()',
    replace: 'conditions: {}',
    test: ['test/lib/permissions.test.ts', 'the schedule can send'],
  },
  {
    rule: 'the schedule sends this document only',
    file: 'lib/command-document.ts',
    find: 'resources: [this.documentArn]',
    replace: `resources: ['*']`,
    test: ['test/lib/permissions.test.ts', 'the schedule can send'],
  },
  {
    rule: 'the reporter writes to its log groups only',
    file: 'lib/run-reporter.ts',
    find: "'ec2:DescribeInstances',",
    replace: "'ec2:DescribeInstances', 'logs:PutLogEvents',",
    test: ['test/lib/permissions.test.ts', 'the reporter can write to its log groups alone'],
  },
  {
    rule: 'hosts write their output to its log group only',
    file: 'lib/host-output.ts',
    find: "actions: ['logs:DescribeLogGroups'],",
    replace: "actions: ['logs:DescribeLogGroups', 'logs:PutLogEvents'],",
    test: ['test/lib/permissions.test.ts', 'grantHostOutput allows'],
  },
  {
    rule: "the reporter does not change the hosts' output",
    file: 'lib/host-output.ts',
    find: "return grantOnLogGroup(this.logGroup, grantee, 'logs:DescribeLogStreams');",
    replace:
      "return grantOnLogGroup(this.logGroup, grantee, 'logs:DescribeLogStreams', 'logs:PutLogEvents');",
    test: ['test/lib/permissions.test.ts', 'the reporter can list the streams of the output'],
  },
];
