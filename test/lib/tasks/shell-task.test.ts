import { ShellTask } from '../../../lib';
import { sentence, unresolved } from './refused';

describe('ShellTask', () => {
  test('contains the script unchanged', () => {
    const script = '#!/bin/sh\n\n  # why\necho "it\'s $HOME"\n';
    const task = new ShellTask({ script });
    expect(task._script.settings).toMatchObject({ SCRIPT: script, SUPPORTS_DRY_RUN: 'false' });
    expect(new ShellTask({ script, supportsDryRun: true })._script.settings).toMatchObject({
      SUPPORTS_DRY_RUN: 'true',
    });
  });

  test.each([
    ['', '""', 'give a script'],
    [' \n', '" \\n"', 'give a script'],
    ['docker ps --format "{{.ID}}"', '{{.ID}}', "write '{''{'"],
    ['echo\r\n', '\\r', 'plain text'],
    ['echo \0', '\\u0000', 'plain text'],
    ['\ud800', '\\ud800', 'plain text'],
    [unresolved, unresolved, 'give a literal value'],
  ])('refuses %j', (script, got, remedy) => {
    expect(() => new ShellTask({ script })).toThrow(sentence('ShellTask.script', got, remedy));
  });
});
