import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const SCRIPT = join(__dirname, '..', '..', '..', 'lib/tasks/compose-down/origins.sh');
const [PRINT_RELATIVE_PATH = ''] =
  /^print_relative_path\(\) \{$.*?^\}$/ms.exec(readFileSync(SCRIPT, 'utf8')) ?? [];

/** The path of a file from a directory, as a shell prints it. */
function fromDirectory(shell: string, directory: string, file: string, real = directory): string {
  const script = `DIRECTORY=$1 REAL_DIRECTORY=$3\n${PRINT_RELATIVE_PATH}\nprint_relative_path "$2"`;
  const [program = '', ...args] = shell.split(' ');
  const argv = [...args, '-c', script, 'sh', directory, file, real];
  return spawnSync(program, argv, { encoding: 'utf8', timeout: 5000 }).stdout.trimEnd();
}

describe.each(['dash', 'bash --posix', 'bash', 'busybox sh'])('under %s', (shell) => {
  test.each([
    ['/srv/app', '/srv/app/a.yml'],
    ['/srv/app', '/srv/app/sub/a.yml'],
    ['/srv/app', '/srv/b.yml'],
    ['/srv/app', '/srv/application/b.yml'],
    ['/srv/app', '/etc/compose/b.yml'],
    ['/srv/app', '/b.yml'],
    ['/', '/a.yml'],
    ['/', '/a/c.yml'],
    ['/srv/a*[b]', '/srv/c.yml'],
  ])('from %s, the path of %s is the one that Compose version 1 records', (directory, file) => {
    expect(fromDirectory(shell, directory, file)).toBe(posix.relative(directory, file));
  });

  test('a .. behind a symbolic link is not followed', () => {
    expect(fromDirectory(shell, '/srv/link', '/srv/b.yml', '/data/app')).toBe('/srv/b.yml');
  });

  test('a relative path ends too', () => {
    expect(fromDirectory(shell, '/srv/app', 'a.yml')).toBe('../../a.yml');
  });
});
