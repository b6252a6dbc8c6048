import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PROJECT = resolve(__dirname, '..', '..');
const SOURCES = [
  'bin',
  'lib',
  'lambda',
  'examples',
  'rosetta',
  'cdk.json',
  'package.json',
  'tsconfig.json',
  'tsconfig.jsii.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];

export interface Checkout {
  readonly directory: string;
  readonly remove: () => void;
}

/**
 * A copy of the project as it is after `npm ci`: sources and dependencies, without generated files. A
 * test that rewrites the bundle must use a copy, because other tests read the bundle of the original.
 */
export function checkout(): Checkout {
  const directory = mkdtempSync(join(tmpdir(), 'docker-housekeeping-'));
  for (const source of SOURCES.filter((source) => existsSync(join(PROJECT, source)))) {
    cpSync(join(PROJECT, source), join(directory, source), { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(directory, 'node_modules'));
  return { directory, remove: () => rmSync(directory, { recursive: true }) };
}
