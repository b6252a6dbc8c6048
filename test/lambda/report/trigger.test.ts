import { sentCommand } from '../../../lambda/report/collect';
import { ACCOUNT, Loopback, REGION, command, fleet } from './support';

test.each([
  ['the schedule', 'schedule 6f1c2b1e-4c57-4f8e', { by: 'schedule', executionId: '6f1c2b1e-4c57-4f8e' }],
  ['the schedule, which gave no execution id', 'schedule ', { by: 'schedule' }],
  ['hand', undefined, { by: 'hand' }],
  ['hand, with a comment', 'scheduled by Ann', { by: 'hand' }],
])('a run was started by %s', (_name, Comment, trigger) => {
  expect(sentCommand(command({ Comment })).trigger).toEqual(trigger);
});

test('the published report has what started the run, its account and its region', async () => {
  const loopback = new Loopback();
  await loopback.start();
  try {
    loopback.ssm.put(command({ Comment: 'schedule e-1' }), fleet(1));
    await loopback.deliver();
    expect(loopback.report().runs[0]).toMatchObject({
      trigger: { by: 'schedule', executionId: 'e-1' },
      account: ACCOUNT,
      region: REGION,
    });
  } finally {
    await loopback.stop();
  }
});
