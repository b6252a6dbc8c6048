import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HOST_REASONS, REASONS, WARNINGS } from '../../../lib/contract';
import type { HostReason } from '../../../lib/contract';
import { callsOf, isLiteral } from './host-calls';
import type { HostCall } from './host-calls';

/** A call that gives a code, with the outcome of that code. */
interface Given {
  readonly outcome: 'failed' | 'skipped' | 'warning';
  readonly code: string;
  readonly call: HostCall;
}

/** The functions of the host scripts that take a code, and the outcome that each gives it. */
const TAKES_CODE: readonly {
  readonly name: string;
  /** Which argument is the code. */
  readonly at: number;
  readonly outcomes: readonly Given['outcome'][];
}[] = [
  { name: 'fail', at: 0, outcomes: ['failed'] },
  { name: 'fail_early', at: 0, outcomes: ['failed'] },
  { name: 'skip', at: 0, outcomes: ['skipped'] },
  { name: 'warn', at: 0, outcomes: ['warning'] },
  // With the name of the project, the task continues with a warning. Without it, the task fails.
  { name: 'reject_files', at: 0, outcomes: ['failed', 'warning'] },
  { name: 'check_path', at: 2, outcomes: ['failed', 'warning'] },
];

function ofFunctions(): Given[] {
  return TAKES_CODE.flatMap(({ name, at, outcomes }) =>
    callsOf(name, at + 1).flatMap((call) =>
      outcomes.map((outcome) => ({ outcome, code: call.args[at] ?? '', call })),
    ),
  );
}

/** The reason in `finish OUTCOME REASON`. The other outcomes need no reason. */
function ofFinish(): Given[] {
  return callsOf('finish', 2).flatMap((call) => {
    const [outcome = '', code = ''] = call.args;
    if (outcome === 'failed' || outcome === 'skipped') return [{ outcome, code, call }];
    return isLiteral(outcome.replaceAll("'", '')) ? [] : [{ outcome: 'failed', code: outcome, call }];
  });
}

const GIVEN = [...ofFunctions(), ...ofFinish()];

function codesOf(outcome: Given['outcome']): string[] {
  const codes = GIVEN.filter((given) => given.outcome === outcome && isLiteral(given.code));
  return [...new Set(codes.map(({ code }) => code))].sort();
}

function reasonsOf(outcome: 'failed' | 'skipped'): string[] {
  const rows = Object.entries(HOST_REASONS).filter(([, row]) => row.outcome === outcome);
  return rows.map(([code]) => code).sort();
}

// If a code is only in the scripts, add its row in lib/contract. If no script gives a row's code, remove
// the row.
test.each(['failed', 'skipped'] as const)(
  'the reasons of %s in lib/contract/host-reasons.ts are those that a host script gives',
  (outcome) => expect(reasonsOf(outcome)).toEqual(codesOf(outcome)),
);

test('the warnings in lib/contract/warnings.ts are those that a host script gives', () => {
  expect(Object.keys(WARNINGS).sort()).toEqual(codesOf('warning'));
});

/** The tests on real Engines. The model of random worlds and its own tests prove nothing about a host. */
const ENGINE = resolve(__dirname, '..', '..', 'engine');
const ENGINE_TESTS = readdirSync(ENGINE, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('world/'))
  .map((path) => readFileSync(join(ENGINE, path), 'utf8'))
  .join('\n');

/** Why no test on a real Engine can expect a reason. */
const NOT_TESTED: Partial<Record<HostReason, string>> = {
  internal: 'a script gives it only where this package has a defect',
};

test('a test on a real Engine expects each reason', () => {
  // In quotes, or as an alternative of a pattern.
  const expected = (code: string): boolean => new RegExp(`['"(|]${code}['")|]`).test(ENGINE_TESTS);
  expect(Object.keys(HOST_REASONS).filter((code) => !expected(code))).toEqual(Object.keys(NOT_TESTED));
});

test('a code is written where it is given: only these functions take it from a variable', () => {
  const passedOn = GIVEN.filter(({ code }) => !isLiteral(code));
  expect([
    ...new Set(passedOn.map(({ call }) => `${call.file}: ${call.name} ${call.args.join(' ')}`)),
  ]).toEqual([
    // In reject_files, in check_path and in fail and skip themselves.
    'files.sh: fail "$1"',
    'files.sh: warn "$1"',
    // The script of a ShellTask has codes of its own.
    'shell-task.sh: warn "$line"',
    'files.sh: reject_files "$3"',
    'result.sh: finish failed "$1"',
    'result.sh: finish skipped "$1"',
    'shell-task.sh: finish "$outcome" "$reason"',
  ]);
});

const ROWS = [
  ...Object.values(REASONS).flatMap((rows) => Object.entries(rows)),
  ...Object.entries(WARNINGS).map(([code, row]) => [`warning ${code}`, row] as const),
];

test('host and reporter share no reason', () => {
  const { host, reporter } = REASONS;
  expect(Object.keys(host).filter((code) => Object.hasOwn(reporter, code))).toEqual([]);
});

test.each(ROWS)('%s says in plain text what it means and what you do', (code, { meaning, action }) => {
  expect(code).toMatch(/^(warning )?[a-z][a-z-]{1,39}$/);
  for (const text of [meaning, action]) {
    // One sentence is made of both, see explain().
    expect(text).toMatch(/^\S(.*[^\s.:])$/);
    expect(text).toMatch(/^[ -~]+$/);
  }
});
