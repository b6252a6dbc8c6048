import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

// Slow: each example is synthesised in a process of its own.
const PROJECT = resolve(__dirname, '..', '..');
const examples = readdirSync(join(PROJECT, 'examples')).filter((name) => name.endsWith('.ts'));

test.each(examples)('examples/%s synthesises', (name) => {
  const outdir = mkdtempSync(join(tmpdir(), 'example-'));
  try {
    const { status, stderr } = spawnSync('npx', ['tsx', join('examples', name)], {
      cwd: PROJECT,
      encoding: 'utf8',
      env: { ...process.env, CDK_OUTDIR: outdir },
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const { artifacts } = JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8')) as {
      artifacts: Record<string, { type: string }>;
    };
    expect(Object.values(artifacts).map(({ type }) => type)).toContain('aws:cloudformation:stack');
  } finally {
    rmSync(outdir, { recursive: true });
  }
});
