import { SNSClient } from '@aws-sdk/client-sns';
import fc from 'fast-check';
import { notify } from '../../../lambda/report/digest';
import { verdict } from '../../../lambda/report/verdict';
import type { Coverage, RunReport } from '../../../lib/contract';
import { HOST_OUTCOMES, logStreamUrl } from '../../../lib/contract';
import { LoopbackSns } from '../../../local/aws/loopback-sns';
import type { PublishedMessage } from '../../../local/aws/loopback-sns';
import { AwsError, ConnectionBroken } from '../../../local/aws/loopback-service';
import { WHERE, hosts, run } from './digest-runs';
import { COMMAND_ID, REGION, result } from './support';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:housekeeping';
const server = new LoopbackSns();
let sns: SNSClient;

beforeAll(async () => {
  sns = new SNSClient({
    endpoint: await server.start(),
    region: 'eu-central-1',
    credentials: { accessKeyId: 'loopback', secretAccessKey: 'loopback' },
    maxAttempts: 3,
  });
  for (const topic of [TOPIC, `${TOPIC}.fifo`]) server.createTopic(topic);
  server.createTopic(`${TOPIC}-closed`, { denied: true });
});
beforeEach(() => {
  server.messages.length = 0;
  server.intercept = (_call, next) => next();
});
afterAll(async () => {
  sns.destroy();
  await server.stop();
});

async function sent(report: RunReport): Promise<Required<PublishedMessage>> {
  await notify(sns, TOPIC, report, WHERE);
  return server.messages.at(-1) as Required<PublishedMessage>;
}

test.each<[string, RunReport, string]>([
  [
    'all well',
    run(hosts(40, 'succeeded', { bytesReclaimed: 330_000_000 })),
    'Docker housekeeping Stack/Housekeeping (123456789012 eu-central-1): 40 hosts, 12.3 GiB reclaimed',
  ],
  [
    'some failed',
    run([...hosts(38), ...hosts(2, 'failed')]),
    '[attention] Stack/Housekeeping (123456789012 eu-central-1): 2 of 40 hosts failed',
  ],
  [
    'one timed out',
    run(hosts(1, 'timed-out')),
    '[attention] Stack/Housekeeping (123456789012 eu-central-1): 1 of 1 host timed out',
  ],
  [
    'one of each kind',
    run(HOST_OUTCOMES.flatMap((outcome) => hosts(1, outcome))),
    '[attention] Stack/Housekeeping (123456789012 eu-central-1): 3 of 5 hosts need attention',
  ],
  [
    'no host',
    run([]),
    '[attention] Docker housekeeping Stack/Housekeeping (123456789012 eu-central-1): there was no host',
  ],
  [
    'coverage unknown',
    run(hosts(2), {}, { state: 'unknown', message: 'refused' }),
    '[attention] Stack/Housekeeping (123456789012 eu-central-1): 2 hosts, others may have been missed',
  ],
  [
    'a dry run',
    run(hosts(2), { dryRun: true }),
    'Dry run Stack/Housekeeping (123456789012 eu-central-1): 2 hosts, nothing was removed',
  ],
])('the subject sums up the run in a line: %s', async (_name, report, subject) => {
  expect((await sent(report)).subject).toBe(subject);
});

test('the body says what was removed, what is wrong and where to read more', async () => {
  const killed = { project: 'shop', service: 'web', container: 'shop-web-1', grace: 10 };
  const all = [
    ...hosts(30, 'succeeded', {
      removed: { projects: 1, containers: 3, images: 4, volumes: 0, networks: 1, cacheRecords: 2 },
      bytesReclaimed: 1024 ** 3,
      killed: [killed],
    }),
    ...hosts(4, 'failed', { reason: 'leftovers', message: 'volume v is left' }),
    ...hosts(1, 'failed', { reason: 'docker-unreachable', message: 'no answer' }),
    ...hosts(1, 'unreachable', {
      instanceId: 'i-lost',
      ...verdict('connection-lost', 'last heard of at noon'),
    }),
  ];
  const coverage: Coverage = { state: 'known', running: 37, notReached: 1 };
  const { message } = await sent(run(all, { highestDiskPercent: 97 }, coverage));
  for (const line of [
    'Run of Stack/Housekeeping, requested at 2026-11-23T23:30:00.000Z',
    'Removed: 30 projects, 90 containers, 120 images, 30 networks, 60 cache records.',
    'Space freed, measured on the disk: 30.0 GiB.',
    'Hosts: 37 targeted: 30 succeeded, 5 failed, 1 unreachable.',
    'Coverage: 37 running instances with these tags, 1 of them were not sent the command.',
    'Fullest disk: 97 % before cleaning.',
    'It took 1 min 31 s from the request to the report.',
    '6 hosts need attention:',
    '- failed, leftovers: 4 hosts: i-failed-0, i-failed-1, i-failed-2, ...',
    '  volume v is left',
    '- failed, docker-unreachable: 1 host: i-failed-0',
    '- unreachable, connection-lost: 1 host: i-lost',
    '30 containers had to be killed, as they ignore SIGTERM:',
    '- shop/web: 30 containers on 30 hosts',
    '  log group  /housekeeping/reports',
    `  log stream 2026/11/23/${COMMAND_ID}`,
  ]) {
    expect(message.split('\n')).toContain(line);
  }
  // Once for the service, not for each of its containers.
  expect(message.match(/--die-on-term/g)).toHaveLength(1);
  expect(message).toContain(logStreamUrl(REGION, WHERE));
});

test('a dry run says that nothing was removed', async () => {
  const removed = { projects: 0, containers: 0, images: 7, volumes: 0, networks: 0, cacheRecords: 0 };
  const { message } = await sent(run(hosts(1, 'succeeded', { removed }), { dryRun: true }));
  expect(message).toContain('Would remove: 7 images. Nothing was removed.');
  expect(message).not.toContain('reclaimed');
});

test.each([
  [
    'NoInstancesInTag',
    /no managed node that carries the tags \(status "NoInstancesInTag"\): compare the tags/,
  ],
  ['Success', /no managed node that carries the tags/],
  ['RateExceeded', /limit of pending invocations \(status "RateExceeded"\): ask AWS Support/],
])('the body says why there was no host, and what to do: %s', async (commandStatus, why) => {
  expect((await sent(run([], { commandStatus }))).message).toMatch(why);
});

test('the body says why the coverage is unknown', async () => {
  const { message } = await sent(
    run(hosts(1), {}, { state: 'unknown', message: 'ec2:DescribeInstances failed' }),
  );
  expect(message).toContain('Coverage is not known: ec2:DescribeInstances failed.');
});

test('SNS accepts the digest for any output of hosts: it is short and has no control characters', async () => {
  const nasty = fc.string({
    unit: fc.constantFrom(
      'a',
      '\u001b[2J',
      '\n',
      '\u202e',
      '\ud800',
      '\u0000',
      '\u00e9',
      '\u{1F40B}',
      '&',
      '%',
    ),
    maxLength: 900,
  });
  const host = fc
    .record({
      outcome: fc.constantFrom(...HOST_OUTCOMES),
      reason: nasty,
      message: nasty,
      instanceName: nasty,
      project: nasty,
      service: nasty,
      code: nasty,
    })
    .map(({ project, service, code, ...drawn }) => ({
      ...hosts(1, drawn.outcome)[0]!,
      ...drawn,
      killed: [{ project, service, container: 'c', grace: 10 }],
      objects: [{ fate: 'removed', kind: 'images', id: '1', project } as const],
      steps: [{ step: 'Prune', result: result({ warnings: [code] }) }],
    }));
  await fc.assert(
    fc.asyncProperty(fc.array(host, { maxLength: 70 }), nasty, fc.boolean(), async (all, name, dryRun) => {
      const targeted = 10_000_000;
      const base = run(all, { dryRun });
      const report = { ...base, housekeeping: name, hosts: { ...base.hosts, targeted } };
      const { subject, message } = await sent(report);
      expect(subject.length).toBeLessThanOrEqual(99);
      expect(message).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
      expect(Buffer.byteLength(message)).toBeLessThan(16 * 1024);
    }),
    { numRuns: 60 },
  );
});

test('the digest of a fleet on which every host failed is short', async () => {
  const killed = { project: 'todobackend', service: 'app', container: 'todobackend-app-1', grace: 10 };
  const wrong = Array.from({ length: 10_000 }, (_, i) => ({
    ...hosts(1, 'failed')[0]!,
    reason: `reason-${i}`,
    message: 'x'.repeat(200),
    killed: [{ ...killed, service: `app-${i}` }],
  }));
  const { message } = await sent(run(wrong));
  expect(Buffer.byteLength(message)).toBeLessThan(5 * 1024);
  expect(message).toContain('10000 hosts need attention:');
  expect(message).toMatch(/^- and \d+ more reasons on 9990 hosts$/m);
  expect(message).toContain('10000 containers had to be killed, as they ignore SIGTERM (here the first 50):');
});

test('the subject keeps the end of a name that is too long, and the result', async () => {
  const { subject } = await sent(run(hosts(1), { housekeeping: `${'Stage/'.repeat(30)}Häuser` }));
  expect(subject).toMatch(/^\.\.\..*Stage\/H\?user \(123456789012 eu-central-1\): 1 host, 0 B reclaimed$/);
  expect(subject).toHaveLength(99);
});

describe('what SNS answers', () => {
  test('temporary faults are retried', async () => {
    server.intercept = ({ nth }, next) => {
      const attempt = nth % 3;
      if (attempt === 1) throw new AwsError('Throttling', 'Rate exceeded', 400);
      if (attempt === 2) throw new ConnectionBroken();
      return next();
    };
    server.calls.length = 0;
    expect((await sent(run(hosts(1)))).topicArn).toBe(TOPIC);
  });

  test.each([
    ['a missing topic', `${TOPIC}-gone`, /NotFoundException.*see whether the topic exists/],
    ['a topic that denies access', `${TOPIC}-closed`, /AuthorizationErrorException.*sns:Publish/],
  ])('%s: the error says what to do', async (_name, topic, message) => {
    await expect(notify(sns, topic, run(hosts(1)), WHERE)).rejects.toThrow(message);
  });

  test('the error of a broken service says so', async () => {
    server.intercept = () => {
      throw new AwsError('InternalError', 'broken', 500);
    };
    await expect(notify(sns, TOPIC, run(hosts(1)), WHERE)).rejects.toThrow(/was not sent to .*InternalError/);
  });

  test('a FIFO topic accepts the digest too', async () => {
    await notify(sns, `${TOPIC}.fifo`, run(hosts(1)), WHERE);
    expect(server.messages).toHaveLength(1);
  });
});
