import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkout } from '../support/checkout';

const project = checkout();
afterAll(project.remove);

/** A project that installed the package and its peers, and nothing else. */
const consumer = join(project.directory, 'consumer');
const modules = join(consumer, 'node_modules');

function run(command: string, cwd = project.directory): string {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${join(project.directory, 'node_modules', '.bin')}:${process.env.PATH}`,
      JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1',
    },
  });
  if (status !== 0) {
    throw new Error(`${command}: status ${status}\n${stdout}${stderr}`);
  }
  return stdout;
}

// In this order: each test needs what the one before it built.
describe('the package', () => {
  test('builds for all languages without a warning', () => {
    run('npm run build -- --fail-on-warnings');
  });

  test('leaves no compiled file that a later synthesis would run instead of its source', () => {
    const source = join(project.directory, 'lib', 'command-document.ts');
    const text = readFileSync(source, 'utf8');
    expect(text).toContain('Docker housekeeping: cleans');
    writeFileSync(source, text.replace('Docker housekeeping: cleans', 'Edited after the build: cleans'));
    run('cdk synth --quiet --output edited');
    writeFileSync(source, text);
    const templates = run('cat edited/*.template.json');
    expect(templates).toContain('Edited after the build: cleans');
  });

  test('is synthesised from its sources, where an earlier version left compiled files beside them', () => {
    const sources = run('find lib bin -name "*.ts"').trim().split('\n');
    const compiled = sources.map((source) => join(project.directory, source.replace(/\.ts$/, '.js')));
    for (const path of compiled) writeFileSync(path, 'throw new Error("an old compiled file ran");');
    run('cdk synth --quiet --output pulled');
    expect(compiled.filter((path) => existsSync(path))).toEqual([]);
  });

  test('is documented as it is: npm run docs brings API.md up to date', () => {
    run('jsii-docgen --output API.md');
    const read = (directory: string): string => readFileSync(join(directory, 'API.md'), 'utf8');
    expect(read(resolve(__dirname, '..', '..'))).toBe(read(project.directory));
  });

  test('synthesises in a project without esbuild and without sources', () => {
    mkdirSync(modules, { recursive: true });
    run(`tar -xzf "$(npm pack --ignore-scripts --silent)" -C ${modules}`);
    run(`mv package cdk-docker-housekeeping`, modules);
    for (const peer of ['aws-cdk-lib', 'constructs']) {
      symlinkSync(resolve(__dirname, '..', '..', 'node_modules', peer), join(modules, peer));
    }
    writeFileSync(
      join(consumer, 'app.js'),
      `const { App, Duration, Stack } = require('aws-cdk-lib');
      const { ScheduleExpression } = require('aws-cdk-lib/aws-scheduler');
      const { ComposeDown, DockerHosts, DockerHousekeeping } = require('cdk-docker-housekeeping');
      const app = new App({ outdir: 'cdk.out' });
      new DockerHousekeeping(new Stack(app, 'Stack'), 'Housekeeping', {
        hosts: DockerHosts.tagged('DockerHost', 'true'),
        tasks: [new ComposeDown({ project: 'todobackend' })],
        schedule: ScheduleExpression.rate(Duration.days(1)),
      });
      app.synth();`,
    );
    run('node --preserve-symlinks app.js', consumer);
    expect(readFileSync(join(consumer, 'cdk.out', 'Stack.template.json'), 'utf8')).toContain('ComposeDown');
  });

  test('has examples in README and docs that compile', () => {
    run(`jsii-rosetta extract --compile --fail --directory ${consumer}`);
  });
});
