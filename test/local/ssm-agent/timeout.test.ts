import { PrivateHost } from '../../../local/host/private-host';
import { runDocument } from '../../../local/ssm-agent';
import { describeDocker } from '../../support/docker';

describeDocker('the timeout of a step on a private host', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await PrivateHost.start();
  });
  afterAll(() => host?.stop());

  const sleeping = async (): Promise<number> => {
    const list = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -cx 424[2]";
    return Number((await host.run(['sh', '-c', list])).stdout);
  };

  test("kills the step's processes in the host's own process namespace", async () => {
    const inputs = { timeoutSeconds: '5', runCommand: ['sleep 4242 & sleep 4242'] };
    const content = {
      schemaVersion: '2.2',
      mainSteps: [{ action: 'aws:runShellScript', name: 'slow', inputs }],
    };
    const running = runDocument(content, { host, commandId: 'c', instanceId: 'i' });
    while ((await sleeping()) < 2);
    expect((await running).statusDetails).toBe('ExecutionTimedOut');
    expect(await sleeping()).toBe(0);
  });
});
