import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { SCRIPT } from '../../../local/setup/requirements';
import { testWith } from '../../support/lacking';

const MODULE = resolve(__dirname, '../../../local/setup/ask-to-install.ts');

interface Answer {
  readonly status: number | null;
  readonly output: string;
}

/** Asks in a process of its own, which says what it was answered. */
function ask({ yes = false, CI = '', terminal = undefined as string | undefined }): Answer {
  const program = `require(${JSON.stringify(MODULE)})
    .askToInstall([{ name: 'docker.io', use: 'the private Engine' }, { name: 'make', use: "the example's Makefile" }], {
      yes: ${yes}, command: 'npm run setup -- --yes', tell: (line) => console.error(line),
    })
    .then((agreed) => console.error('agreed: ' + agreed), ({ message }) => console.error('error: ' + message));`;
  const argv = [process.execPath, '--import', 'tsx', '--eval', program];
  const shell = argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const [command = '', ...args] =
    terminal === undefined ? argv : ['script', '--quiet', '--return', '--command', shell, '/dev/null'];
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: resolve(__dirname, '../../..'),
    encoding: 'utf8',
    input: terminal ?? '',
    env: { ...process.env, CI },
    timeout: 60_000,
  });
  return { status, output: (stdout + stderr).replaceAll('\r', '') };
}

test('shows each package with what it is for, and what happens to the machine', () => {
  const { output } = ask({ yes: true });
  expect(output).toContain('  docker.io  for the private Engine\n  make       for the example');
  expect(output).toMatch(/starts and enables no service; the packages remain installed/);
  expect(output).toMatch(/setup\.log/);
});

test('--yes agrees without a question, and so does CI', () => {
  for (const answer of [ask({ yes: true }), ask({ CI: 'true' })]) {
    expect(answer.output).toContain('agreed: true');
    expect(answer.output).not.toContain('[Y/n]');
  }
});

test('without a terminal it does not agree, and says what to run', () => {
  expect(ask({}).output).toContain(
    'error: there is no terminal to ask on: run npm run setup -- --yes to install them',
  );
});

testWith(SCRIPT, 'the question on a terminal').each([
  ['y\n', 'agreed: true'],
  ['\n', 'agreed: true'],
  ['n\n', 'agreed: false'],
  ['No\n', 'agreed: false'],
  ['\x04', 'error: nothing is installed: the question was not answered'],
])('on a terminal it asks once: %j', (terminal, said) => {
  const { output } = ask({ terminal });
  expect(output).toContain('[Y/n]');
  expect(output).toContain(said);
});
