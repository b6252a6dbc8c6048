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
 * A copy of the project as it is after `npm ci`: sources, dependencies, nothing that was generated. What rewrites a bundle
 * must not do so in the tree that other tests are reading.
 */
export function checkout(): Checkout {
  const directory = mkdtempSync(join(tmpdir(), 'docker-housekeeping-'));
  for (const source of SOURCES.filter((source) => existsSync(join(PROJECT, source)))) {
    cpSync(join(PROJECT, source), join(directory, source), { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(directory, 'node_modules'));
  return { directory, remove: () => rmSync(directory, { recursive: true }) };
}
