import { COMMAND_ID, GROUP, Loopback, STREAM, command, commandEvent, fleet, invocation } from './support';

let loopback: Loopback;

beforeEach(async () => {
  loopback = new Loopback();
  await loopback.start();
});
afterEach(() => loopback.stop());

describe('a run that has not ended', () => {
  const inFlight = { Status: 'InProgress', StatusDetails: 'InProgress' } as const;
  const old = new Date(Date.now() - 151_000);

  test.each<[string, () => void, RegExp]>([
    [
      'by one invocation',
      () => {
        const slow = invocation([], { InstanceId: 'i-slow', ...inFlight });
        loopback.ssm.put(command({ Status: 'Failed' }), [...fleet(60), slow]);
      },
      /still in flight.*i-slow/,
    ],
    [
      'by the command, which has no invocations yet',
      () => loopback.ssm.put(command(inFlight), []),
      /still in flight.*"InProgress"/,
    ],
    ['as Systems Manager does not know it yet', () => undefined, /not known to Systems Manager/],
  ])(
    '%s: Lambda delivers the event again for a while, then the sweep reports the run',
    async (_name, put, why) => {
      put();
      const young = await loopback.deliver();
      expect(young.error?.message).toMatch(why);
      expect(JSON.parse(young.logs[0] ?? '')).toMatchObject({ level: 'ERROR', outcome: 'not reported' });
      expect(await loopback.deliver({ event: commandEvent(COMMAND_ID, old) })).toMatchObject({
        result: {
          outcome: 'in flight',
          commandId: COMMAND_ID,
          message: expect.stringMatching(why) as string,
        },
      });
      expect(loopback.logs.streams(GROUP)).toEqual([]);
    },
  );

  test('is judged by its hosts once it has expired', async () => {
    loopback.ssm.put(command({ ...inFlight, ExpiresAfter: old }), fleet(1));
    expect(await loopback.deliver()).toMatchObject({ result: { outcome: 'reported' } });
  });

  test('or is being written by another invocation: Lambda delivers the event again', async () => {
    loopback.ssm.put(command(), fleet(1));
    loopback.logs.createLogStream(GROUP, STREAM);
    expect(await loopback.deliver({ event: commandEvent(COMMAND_ID, old) })).toMatchObject({
      result: { outcome: 'held', message: expect.stringMatching(/claimed by another/) as string },
    });
    expect(loopback.ssm.count('ListCommandInvocations')).toBe(0);
  });
});
