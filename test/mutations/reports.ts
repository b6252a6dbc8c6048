import { matrix, OLD, of, type Mutation } from './mutation';

const onHost = of('results/objects', 'on a host');
const list = of('results/objects', `${OLD} the list of objects`);

/** Every run is reported once, also when it failed, and what the report says is true. */
export const REPORTS: readonly Mutation[] = [
  {
    rule: 'every run is reported once, however often its event comes',
    file: 'lambda/report/report-stream.ts',
    find: "if (run) return { ...about, state: 'complete', run };",
    replace: '',
    test: ['test/lambda/report/handler.test.ts', 'a second delivery finds the report complete'],
  },
  {
    rule: 'every run is reported once, also by one who is slow',
    file: 'lambda/report/once.ts',
    find: 'const remaining = deadline - Date.now();',
    replace: 'const remaining = 60_000;',
    test: ['test/lambda/report/crash-points.test.ts', 'a writer that is slow'],
  },
  {
    rule: 'every run is reported, also when its event never came',
    file: 'lambda/report/sweep.ts',
    find: 'done.push(await reportRun(clients, command, settings));',
    replace: '',
    test: ['test/lambda/report/sweep.test.ts', 'reports what was never reported'],
  },
  {
    rule: 'every run is reported, also when it failed',
    file: 'lib/run-reporter.ts',
    find: `status: Match.anythingBut('Pending', 'InProgress', 'Delayed', 'Cancelling'),`,
    replace: `status: ['Success'],`,
    test: ['test/lib/run-reporter.test.ts', 'reports every end of a run'],
  },
  {
    rule: 'every removed object is named',
    file: 'lib/host/prune.sh',
    find: 'account_for_removed "$2" removed',
    replace: ':',
    test: matrix('VolumePrune'),
  },
  {
    rule: 'every removed volume of a project is named',
    file: 'lib/tasks/compose-down/aftermath.sh',
    find: 'account_for_removed volume removed.all-volumes',
    replace: ':',
    test: matrix('ComposeDown, one project'),
  },
  {
    rule: 'what a task could not remove is named',
    file: 'lib/tasks/compose-down/aftermath.sh',
    find: 'account_for left network after.networks',
    replace: ':',
    test: list('of ComposeDown names projects'),
  },
  {
    rule: 'a name can mislead no reader',
    file: 'lib/host/describe.sh',
    find: `name='{''{printf "%+q" .Name}}'`,
    replace: `name='{''{printf "%q" .Name}}'`,
    test: list('escapes hostile names'),
  },
  {
    rule: 'a step lists no object of another run',
    file: 'lib/host/objects.sh',
    find: '[ "$ACCOUNTING" = yes ] || return 0',
    replace: ':',
    test: onHost('a run that is skipped lists nothing of the run in progress'),
  },
  {
    rule: 'an object whose line was cut is not reported',
    file: 'lambda/report/object-list.ts',
    find: 'lines.pop();',
    replace: '',
    test: ['test/lambda/report/object-list.test.ts', 'by the agent, with and without a log'],
  },
  {
    rule: 'a run in which something was lost needs attention',
    file: 'lambda/report/summarise.ts',
    find: "coverage.state === 'unknown' || lost,",
    replace: "coverage.state === 'unknown',",
    test: ['test/lambda/report/summarise.test.ts', 'something was lost'],
  },
];
