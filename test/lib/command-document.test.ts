import { spawnSync } from 'node:child_process';
import { Duration } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import type { HousekeepingTask } from '../../lib';
import { ComposeDown, DanglingImagePrune } from '../../lib';
import type { CommandDocumentStep } from '../../lib/command-document';
import { MAX_DOCUMENT_BYTES, commandDocument } from '../../lib/command-document';

const down = new ComposeDown({ project: 'todobackend', timeout: Duration.minutes(20) });
const prune = new DanglingImagePrune({ labels: { application: 'todobackend' } });

describe('the document', () => {
  test('first asks what the host is, runs the tasks in the order given, and measures the disk last', () => {
    const names = (...tasks: HousekeepingTask[]): string[] =>
      commandDocument(tasks).mainSteps.map(({ name }) => name);
    expect(names(down, prune)).toEqual(['host', down.name, prune.name, 'disk']);
    expect(names(prune, down)).toEqual(['host', prune.name, down.name, 'disk']);
  });

  test('has steps that run only on Linux, each with its timeout, and none stops the others', () => {
    const { schemaVersion, mainSteps } = commandDocument([down]);
    expect(schemaVersion).toBe('2.2');
    expect(mainSteps).toMatchObject([
      { name: 'host', inputs: { timeoutSeconds: '60' } },
      { name: down.name, inputs: { timeoutSeconds: '1200' } },
      { name: 'disk', inputs: { timeoutSeconds: '60' } },
    ]);
    for (const step of mainSteps) {
      expect(Object.keys(step)).toEqual(['action', 'name', 'precondition', 'inputs']);
      expect(step).toMatchObject({
        action: 'aws:runShellScript',
        precondition: { StringEquals: ['platformType', 'Linux'] },
      });
      expect(Object.keys(step.inputs)).toEqual(['timeoutSeconds', 'runCommand']);
    }
  });

  test('has only one parameter: whether to remove', () => {
    const { DryRun, ...others } = commandDocument([down]).parameters as Record<
      string,
      Record<string, unknown>
    >;
    expect(others).toEqual({});
    expect(DryRun).toMatchObject({ type: 'String', default: 'false', allowedValues: ['true', 'false'] });
    const pattern = new RegExp(String(DryRun?.allowedPattern));
    expect(
      ['true', 'false', 'xtrue', "true'; reboot; '", 'true\n', ''].filter((value) => pattern.test(value)),
    ).toEqual(['true', 'false']);
  });

  test('lets Systems Manager replace only DryRun, once per step', () => {
    for (const step of commandDocument([down, prune]).mainSteps) {
      const lines = step.inputs.runCommand.filter((line) => line.includes('{{'));
      expect(lines).toEqual(["DRY_RUN='{{ DryRun }}'"]);
    }
    expect(JSON.stringify(commandDocument([down, prune])).match(/\{\{/g)).toHaveLength(4);
  });

  test('starts each script with an interpreter and its settings', () => {
    expect(commandDocument([down]).mainSteps[1]?.inputs.runCommand.slice(0, 10)).toEqual([
      '#!/bin/sh',
      "DRY_RUN='{{ DryRun }}'",
      "TASK='ComposeDown'",
      "STEP='compose-down-todobackend'",
      "STEP_TIMEOUT='1200'",
      "WHEN_DISK_USED_ABOVE=''",
      "PROJECT='todobackend'",
      "DIRECTORY=''",
      "FILES=''",
      "REMOVE_VOLUMES='false'",
    ]);
  });

  test('is valid shell after comments and indentation are removed', () => {
    for (const { name, inputs } of commandDocument([down, prune]).mainSteps) {
      const { stderr } = spawnSync('sh', ['-n'], { input: inputs.runCommand.join('\n'), encoding: 'utf8' });
      expect(`${name}: ${stderr}`).toBe(`${name}: `);
      expect(inputs.runCommand.slice(1).filter((line) => /^(\s|#|$)/.test(line))).toEqual([]);
    }
  });
});

describe('the values of a user', () => {
  const awkward = fc.string({ unit: fc.constantFrom(...'\'"`$\\(){}!#~*;&|<>= \u00a0é😀-a'), maxLength: 40 });
  const value = fc
    .oneof(awkward, fc.string({ unit: 'grapheme' }))
    .filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text) && !text.includes('{{') && text === text.trim());

  test('reach the shell unchanged, with any characters', () => {
    fc.assert(
      fc.property(value, value, (first, second) => {
        const task = new DanglingImagePrune({ labels: { a: first, b: second }, name: 'prune' });
        expect(shellVariable(step(task), 'LABELS')).toBe(`a=${first}\nb=${second}`);
      }),
      { numRuns: 200 },
    );
  });

  test('are never run as code', () => {
    const directory = `/srv/'; echo run; '/$(echo run)/\`echo run\`/"`;
    const task = new ComposeDown({ directory, files: ["$(echo run)'s.yml"], name: 'down' });
    expect(shellVariable(step(task), 'DIRECTORY')).toBe(directory);
    expect(shellVariable(step(task), 'FILES')).toBe(`${directory}/$(echo run)'s.yml`);
  });
});

describe('refused', () => {
  test('no task', () => {
    expect(() => commandDocument([])).toThrow('tasks: got [], which is empty; give at least one task');
  });

  test.each<[unknown, string]>([
    [undefined, 'tasks: got undefined, which is not a list; give a list of tasks'],
    [down, 'which is not a list; give a list of tasks'],
    [[down, { project: 'a' }], 'tasks[1]: got {"project":"a"}, which is not a task; give a task'],
    [[null], 'tasks[0]: got null, which is not a task; give a task'],
    [Object.assign([], { 1: down }), 'tasks[0]: got undefined, which is not a task; give a task'],
  ])('a value that is not a list of tasks: %#', (tasks, message) => {
    expect(() => commandDocument(tasks as HousekeepingTask[])).toThrow(message);
  });

  test('two tasks with the same name', () => {
    const again = new ComposeDown({ project: 'todobackend', directory: '/srv/todobackend' });
    expect(() => commandDocument([down, prune, again])).toThrow(
      `tasks[2].name: got "compose-down-todobackend", which is also the name of tasks[0]; give one of the two tasks another 'name'`,
    );
  });

  test('more than 64 KB, with the size of each step', () => {
    const small = commandDocument([new DanglingImagePrune({ labels: { a: '' }, name: 'prune' })]);
    const room = MAX_DOCUMENT_BYTES - Buffer.byteLength(JSON.stringify(small));
    const ofLength = (length: number): HousekeepingTask =>
      new DanglingImagePrune({ labels: { a: 'x'.repeat(length) }, name: 'prune' });
    expect(() => commandDocument([ofLength(room)])).not.toThrow();
    expect(() => commandDocument([ofLength(room + 1)])).toThrow(
      /^tasks: got a Command document of 65537 bytes \(host \d+, prune \d+, disk \d+\), which is more than the 65536 bytes that Systems Manager accepts; spread the tasks over/,
    );
  });

  test('a script with two braces in a row', () => {
    const { _script } = new ComposeDown({ project: 'a' });
    const task = Object.assign(new ComposeDown({ project: 'a' }), {
      _script: { ..._script, settings: { FORMAT: '{{.ID}}' } },
    });
    expect(() => commandDocument([task])).toThrow(
      /^script of step "compose-down-a": got ".*\{\{\.ID\}\}.*", which contains '\{\{', the beginning of a Systems Manager parameter; build Go templates/,
    );
  });
});

function step(task: HousekeepingTask): CommandDocumentStep {
  return commandDocument([task]).mainSteps[1]!;
}

/** The value of a shell variable after the line of the script that sets it. */
function shellVariable({ inputs }: CommandDocumentStep, name: string): string {
  const line = inputs.runCommand.find((line) => line.startsWith(`${name}=`));
  const { stdout, stderr, status } = spawnSync('sh', ['-c', `${line}\nprintf %s "$${name}"`], {
    encoding: 'utf8',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
}
