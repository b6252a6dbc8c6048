import { type Mutation } from './mutation';

/** Every run is reported once, also when it failed. */
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
];
