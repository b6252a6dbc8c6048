import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ComposeDown } from '../../../lib';
import type { CommandDocumentStep } from '../../../lib/command-document';
import { commandDocument } from '../../../lib/command-document';
import { compact } from '../../../lib/host/script';
import { ONE_OF_EACH } from '../../support/tasks';
import { DASH } from '../../../local/setup/requirements';
import { findLacking, skip } from '../../support/lacking';

describe('the scripts', () => {
  test('are in the document once for any number of tasks: a document holds every kind, and fifteen tasks', () => {
    const rest = { length: 15 - ONE_OF_EACH.length };
    const more = Array.from(rest, (_, n) => new ComposeDown({ project: `project-${n}` }));
    const { mainSteps } = commandDocument([...ONE_OF_EACH, ...more]);
    const [host, ...tasks] = mainSteps.map((step) => step.inputs.runCommand.join('\n'));
    expect(tasks).toHaveLength(15 + 1); // the step disk
    // As the README prints them: each compressed script of the document, unpacked.
    const unpack = `grep -o 'H4sI[A-Za-z0-9+/=]*' | while read -r script; do printf %s "$script" | base64 -d | gzip -dc; done`;
    const scripts = spawnSync('sh', ['-c', unpack], { input: JSON.stringify(host), encoding: 'utf8' }).stdout;
    expect(scripts.match(/^select_projects\(\)/gm)).toHaveLength(1);
    expect(scripts.match(/^find_engine\(\)/gm)).toHaveLength(1);
    for (const script of tasks) expect(script).not.toContain('H4sI');
  });

  test('have every function that they call, each kind in the files that it loads', () => {
    const { mainSteps } = commandDocument(ONE_OF_EACH);
    const [host = [], ...tasks] = mainSteps.map((step) => step.inputs.runCommand);
    const prelude = host.map((line) => /^PRELUDE='(.*)'$/.exec(line)?.[1]).find((packed) => packed);
    const scripts = new Map(
      host.flatMap((line) => {
        const [, name = '', packed = ''] = /^store_script (\S+) (\S+)$/.exec(line) ?? [];
        const text = packed === '"$PRELUDE"' ? prelude! : packed;
        return name === '' ? [] : [[name, gunzipSync(Buffer.from(text, 'base64')).toString()]];
      }),
    );
    const defined = (text: string): string[] =>
      [...text.matchAll(/^([a-z_]+)\(\)/gm)].map(([, name = '']) => name);
    const all = new Set([...scripts.values()].flatMap(defined));
    expect(tasks).toHaveLength(ONE_OF_EACH.length + 1); // the step disk
    for (const task of tasks) {
      const names = /^SCRIPTS='(.*)'$/m.exec(task.join('\n'))?.[1]?.split(' ') ?? [];
      const text = names.map((name) => scripts.get(name)).join('\n');
      const own = new Set(defined(text));
      const lacking = [...all].filter(
        (name) =>
          !own.has(name) && new RegExp(`(^|[;|&{(!]|then|else|do|\\))[ \\t]*${name}\\b`, 'm').test(text),
      );
      // Called for images alone, and the tasks that remove images have it.
      expect(lacking.filter((name) => name !== 'list_used_now_images')).toEqual([]);
    }
  });

  const noDash = findLacking([DASH]);
  if (noDash !== undefined) skip('the scripts under dash', noDash);
  const shells = noDash === undefined ? ['dash', 'bash'] : ['bash'];

  test.each(shells)('are left by the step host for those that follow, under %s', (shell) => {
    const folder = mkdtempSync(join(tmpdir(), 'host-'));
    const [host, ...tasks] = commandDocument(ONE_OF_EACH).mainSteps;
    // Without an Engine, the output shows how far a script got.
    const DOCKER = expect.stringMatching(/^docker-(missing|unreachable)$/) as string;
    const bin = join(folder, 'bin');
    const tools =
      'awk base64 cat chmod comm cp cut date df find flock grep gzip head id mkdir mv rm sed sh sleep sort stat tail tee timeout touch tr wc xargs'.split(
        ' ',
      );
    mkdirSync(bin);
    for (const tool of tools) symlinkSync(`/usr/bin/${tool}`, join(bin, tool));
    const said = (step: CommandDocumentStep): string =>
      spawnSync(`/bin/${shell}`, ['-c', step.inputs.runCommand.join('\n').replace('{{ DryRun }}', 'true')], {
        encoding: 'utf8',
        env: { HOUSEKEEPING_RUN_DIR: join(folder, 'run'), PATH: bin, DOCKER_HOST: 'unix:///nowhere' },
      }).stdout;
    try {
      for (const step of tasks) {
        expect(JSON.parse(said(step))).toMatchObject({
          outcome: 'failed',
          reason: 'script-missing',
          dryRun: true,
        });
      }
      rmSync(join(bin, 'gzip'));
      expect(JSON.parse(said(host!))).toMatchObject({ task: 'Host', reason: 'tool-missing', dryRun: true });
      symlinkSync('/usr/bin/gzip', join(bin, 'gzip'));
      expect(JSON.parse(said(host!))).toMatchObject({ task: 'Host', reason: DOCKER });
      for (const step of tasks) expect(JSON.parse(said(step))).toMatchObject({ reason: DOCKER });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('compaction removes only comments and blank lines', () => {
  expect(compact('#!/bin/sh\n# why\n\nif true; then # here\n  echo "# no comment"\nfi\n')).toEqual([
    'if true; then # here',
    '  echo "# no comment"',
    'fi',
  ]);
});
