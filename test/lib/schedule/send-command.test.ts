import { spawn } from 'node:child_process';
import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { DockerHousekeepingProps } from '../../../lib';
import { DockerHosts, DockerHousekeeping } from '../../../lib';
import { SCHEDULE_COMMENT } from '../../../lib/contract';
import { JsonService } from '../../../local/aws/json-server';
import { AWS_CLI } from '../../../local/setup/requirements';
import { testWith } from '../../support/lacking';
import { housekeepingProps, only, strictApp } from '../stack';

/** Serves SendCommand, and keeps the requests. */
class CommandRecorder extends JsonService {
  constructor() {
    super('AmazonSSM', 'ssm');
  }

  protected override serve(): object {
    return { Command: { CommandId: '0831e1a8-a1ac-4257-a1fd-c831b48c4107' } };
  }
}

/** The value that CloudFormation computes, given a value for each Ref. */
function deployed(value: unknown, refs: Record<string, string>): string {
  if (typeof value === 'string') return value;
  const { Ref, ...intrinsic } = value as { Ref?: string; 'Fn::Join'?: [string, unknown] };
  if (Ref !== undefined) return refs[Ref] ?? `${Ref}-1A2B3C`;
  const [delimiter, parts] = intrinsic['Fn::Join']!;
  return (Array.isArray(parts) ? parts.map((part) => deployed(part, refs)) : split(parts, refs)).join(
    delimiter,
  );
}

function split(value: unknown, refs: Record<string, string>): string[] {
  const [delimiter, text] = (value as { 'Fn::Split': [string, unknown] })['Fn::Split'];
  return deployed(text, refs).split(delimiter);
}

const recorder = new CommandRecorder();
let endpoint: string;
beforeAll(async () => (endpoint = await recorder.start()));
afterAll(() => recorder.stop());

/** Runs a command line in a shell, against the recorder, and returns the request. */
async function sent(shell: string, command: string): Promise<Record<string, unknown>> {
  const calls = recorder.calls.length;
  // Debian 12 has a CLI that knows no endpoint from the environment.
  const toEndpoint = `aws() { command aws --endpoint-url '${endpoint}' "$@"; }\n`;
  const child = spawn(shell, ['-c', toEndpoint + command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      LANG: 'C.UTF-8',
      // The value that an unquoted value would become in the shell.
      SECRET: 'expanded',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect({ status, errors }).toEqual({ status: 0, errors: '' });
  expect(recorder.calls.slice(calls).map(({ operation }) => operation)).toEqual(['SendCommand']);
  return recorder.calls.at(-1)!.input;
}

/** The commands of a stack and its schedule's own request, as they are after deployment. */
function deploy(
  hosts: (stack: Stack) => DockerHosts,
  refs: Record<string, string> = {},
  props: Partial<DockerHousekeepingProps> = {},
) {
  const stack = new Stack(strictApp(), 'Stack');
  const housekeeping = new DockerHousekeeping(
    stack,
    'Housekeeping',
    housekeepingProps({ hosts: hosts(stack), ...props }),
  );
  const [, schedule] = only(Template.fromStack(stack), 'AWS::Scheduler::Schedule');
  const { Input } = schedule.Properties.Target as { Input: unknown };
  return {
    runCommand: deployed(stack.resolve(housekeeping.runCommand), refs),
    dryRunCommand: deployed(stack.resolve(housekeeping.dryRunCommand), refs),
    input: () => JSON.parse(deployed(Input, refs)) as Record<string, unknown>,
  };
}

const tagged = (): DockerHosts =>
  DockerHosts.tagged('Größe / @+-=._:', 'sehr groß', '日本語 東京').andTagged('Stage', 'test', 'acceptance');

test('has no comment of the schedule, so that the report says that the run was started by hand', () => {
  const { runCommand, dryRunCommand } = deploy(() => DockerHosts.tagged('DockerHost', 'true'));
  for (const command of [runCommand, dryRunCommand]) {
    expect(command).not.toContain('--comment');
    expect(command).not.toContain(SCHEDULE_COMMENT);
  }
});

test('is printed completely, ready to paste', () => {
  const { runCommand, dryRunCommand } = deploy(() => DockerHosts.tagged('DockerHost', 'true'));
  expect(dryRunCommand.replace(/name \S+/, 'name NAME')).toBe(
    "aws ssm send-command --document-name NAME --document-version '$LATEST' " +
      `--targets '[{"Key":"tag:DockerHost","Values":["true"]}]' --parameters DryRun=true ` +
      '--max-errors 100% --max-concurrency 100% --timeout-seconds 1800',
  );
  expect(runCommand).toBe(dryRunCommand.replace('DryRun=true', 'DryRun=false'));
});

const testWithCli = testWith(AWS_CLI, 'the printed commands, run by the AWS CLI');

testWithCli('sends what the schedule sends', async () => {
  const { runCommand, dryRunCommand, input } = deploy(tagged);
  const { Comment, ...scheduled } = input();
  expect(Comment).toBe(`${SCHEDULE_COMMENT}<aws.scheduler.execution-id>`);
  expect(await sent('sh', runCommand)).toEqual(scheduled);
  expect(await sent('bash', dryRunCommand)).toEqual({ ...scheduled, Parameters: { DryRun: ['true'] } });
});

testWithCli('asks for the whole output, as the schedule does, if there is a log group for it', async () => {
  const { runCommand, input } = deploy(tagged, {}, { hostOutput: {} });
  const { Comment, ...scheduled } = input();
  expect(Comment).toBeDefined();
  expect(scheduled.CloudWatchOutputConfig).toEqual({
    CloudWatchLogGroupName: expect.stringMatching(/^HousekeepingHostOutputLogGroup\w+-1A2B3C$/) as string,
    CloudWatchOutputEnabled: true,
  });
  expect(await sent('sh', runCommand)).toEqual(scheduled);
});

testWithCli.each([
  'plain',
  'a, b and $SECRET `id` $(id) "quoted" \\ it\'s \\" größe 東京 ! * ~',
  `'; exit 3; '`,
  `"],"Key":"tag:Other`,
])('a tag value that is only known at deployment is sent as it is: %s', async (value) => {
  const { runCommand } = deploy(
    (stack) => DockerHosts.tagged('Stage', 'test', new CfnParameter(stack, 'Stage').valueAsString),
    { Stage: value },
  );
  expect(await sent('sh', runCommand)).toMatchObject({
    Targets: [{ Key: 'tag:Stage', Values: ['test', value] }],
  });
});
