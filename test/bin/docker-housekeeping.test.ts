import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CFN_LINT } from '../../local/setup/requirements';
import { checkout } from '../support/checkout';
import { testWith } from '../support/lacking';

const project = checkout();
afterAll(project.remove);

/** Runs the pinned CDK command line in a checkout, as you would right after `npm ci`. */
function cdk(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('npx', ['cdk', '--no-notices', ...args], {
    cwd: project.directory,
    encoding: 'utf8',
    env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true', CI: 'true' },
  });
  return { status, output: stdout + stderr };
}

const assembly = join(project.directory, 'cdk.out');
const template = join(assembly, 'DockerHousekeeping.template.json');
interface Template {
  readonly Outputs: object;
  readonly Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

describe('cdk synth', () => {
  let synth: ReturnType<typeof cdk>;
  beforeAll(() => {
    synth = cdk('synth', '--strict', '--quiet');
  });

  test('works straight from a checkout, without a warning', () => {
    expect(synth).toMatchObject({ status: 0 });
    expect(synth.output).not.toMatch(/\[(warning|error)/i);
  });

  test('has outputs to use after the deployment, in any account and region', () => {
    expect(Object.keys((JSON.parse(readFileSync(template, 'utf8')) as Template).Outputs)).toEqual([
      'RunNow',
      'DryRunNow',
      'ReportLogGroup',
    ]);
    const { artifacts } = JSON.parse(readFileSync(join(assembly, 'manifest.json'), 'utf8')) as {
      artifacts: Record<string, { environment?: string }>;
    };
    expect(artifacts.DockerHousekeeping?.environment).toBe('aws://unknown-account/unknown-region');
  });

  test('contains the bundled reporter', () => {
    const { files } = JSON.parse(readFileSync(join(assembly, 'DockerHousekeeping.assets.json'), 'utf8')) as {
      files: Record<string, { source: { path: string; packaging: string } }>;
    };
    const [bundle] = Object.values(files).filter(({ source }) => source.packaging === 'zip');
    expect(existsSync(join(assembly, bundle!.source.path, 'index.js'))).toBe(true);
  });

  testWith(CFN_LINT, 'cfn-lint', { optional: true })('passes cfn-lint', () => {
    // W3005: the CDK lets a function depend on its role once more than needed.
    const { status, stdout } = spawnSync('cfn-lint', ['--ignore-checks', 'W3005', '--', template], {
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});

test('-c changes one deployment', () => {
  expect(cdk('synth', '--quiet', '-c', 'enabled=false', '-c', 'dryRun=true').status).toBe(0);
  const { Resources } = JSON.parse(readFileSync(template, 'utf8')) as Template;
  const schedule = Object.values(Resources).find(({ Type }) => Type === 'AWS::Scheduler::Schedule')!;
  expect(schedule.Properties.State).toBe('DISABLED');
  expect(JSON.stringify(schedule.Properties.Target)).toContain('\\"DryRun\\":[\\"true\\"]');
});

test('hostOutput lets the named roles of hosts send their output, and has the log group as an output', () => {
  const file = join(project.directory, 'cdk.json');
  const shipped = readFileSync(file, 'utf8');
  const changed = JSON.parse(shipped) as { context: { housekeeping: object } };
  Object.assign(changed.context.housekeeping, { hostOutput: { retention: 7, roles: ['DockerHost'] } });
  try {
    writeFileSync(file, JSON.stringify(changed));
    expect(cdk('synth', '--quiet')).toMatchObject({ status: 0 });
  } finally {
    writeFileSync(file, shipped);
  }
  const { Outputs, Resources } = JSON.parse(readFileSync(template, 'utf8')) as Template;
  expect(Object.keys(Outputs)).toContain('HostOutputLogGroup');
  const policies = Object.values(Resources).filter(({ Type }) => Type === 'AWS::IAM::Policy');
  const [ofHosts, ...others] = policies.filter(({ Properties }) =>
    (Properties.Roles as unknown[]).includes('DockerHost'),
  );
  expect(others).toEqual([]);
  expect(JSON.stringify(ofHosts?.Properties.PolicyDocument)).toContain('"logs:PutLogEvents"');
});

test('a wrong value fails with the value and what to do', () => {
  const { status, output } = cdk('synth', '--quiet', '-c', 'dryRun=maybe');
  expect(status).toBe(1);
  expect(output).toContain(
    'housekeeping.dryRun: got "maybe", which is not true or false; give true or false',
  );
});
