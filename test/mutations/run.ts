/**
 * Breaks each safety rule once, in a copy of the project, and shows that a test goes red for it.
 *
 * `npm run mutations`, or `npm run mutations -- WORD` for the rules that have the word in them. Needs root and Docker,
 * and takes half an hour for all.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Mutation } from './mutation';
import { MUTATIONS } from './mutations';

const PROJECT = resolve(__dirname, '..', '..');
const LEFT_OUT = /^(node_modules|\.git|\.cache|cdk\.out|build|dist)(\/|$)/;

/** What became of the test: red as it must be, green all the same, or not run at all. */
type Fate = 'red' | 'green' | 'no test';

function fateOf({ file, find, replace, test: [path, name] }: Mutation): Fate {
  const directory = mkdtempSync(join(tmpdir(), 'mutation-'));
  try {
    cpSync(PROJECT, directory, {
      recursive: true,
      filter: (source) => !LEFT_OUT.test(source.slice(PROJECT.length + 1)),
    });
    for (const shared of ['node_modules', '.cache']) {
      symlinkSync(join(PROJECT, shared), join(directory, shared));
    }
    const text = readFileSync(join(directory, file), 'utf8');
    writeFileSync(
      join(directory, file),
      text.replace(find, () => replace),
    );
    // The tests of the reporter run what is deployed.
    spawnSync('npm', ['run', '--silent', 'bundle'], { cwd: directory, stdio: 'ignore' });
    const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const output = join(directory, 'result.json');
    spawnSync('npx', ['jest', path, '-t', pattern, '--json', '--outputFile', output], {
      cwd: directory,
      stdio: 'ignore',
      env: { ...process.env, CI: 'true' },
    });
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(output, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
    };
    if (numFailedTests > 0) return 'red';
    return numPassedTests > 0 ? 'green' : 'no test';
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const [word = ''] = process.argv.slice(2);
const chosen = MUTATIONS.filter(({ rule }) => rule.includes(word));
let red = 0;
for (const mutation of chosen) {
  const fate = fateOf(mutation);
  if (fate === 'red') red++;
  console.log(`${fate.padEnd(8)} ${mutation.rule}`);
}
console.log(`${red} of ${chosen.length} broken rules turned a test red`);
process.exitCode = red === chosen.length && red > 0 ? 0 : 1;
