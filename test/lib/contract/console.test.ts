import { logGroupUrl, logStreamUrl, runCommandUrl } from '../../../lib/contract';

const STREAM = { logGroupName: '/housekeeping/reports', logStreamName: '2026/11/23/c-1' };

test.each([
  ['eu-central-1', 'https://eu-central-1.console.aws.amazon.com/'],
  ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/'],
  ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/'],
  ['eusc-de-east-1', 'https://eusc-de-east-1.console.amazonaws-eusc.eu/'],
])('links lead to the console of %s', (region, start) => {
  const group = `${start}cloudwatch/home?region=${region}#logsV2:log-groups/log-group/$252Fhousekeeping$252Freports`;
  expect(logGroupUrl(region, STREAM.logGroupName)).toBe(group);
  expect(logStreamUrl(region, STREAM)).toBe(`${group}/log-events/2026$252F11$252F23$252Fc-1`);
  const command = `${start}systems-manager/run-command/c-1`;
  expect(runCommandUrl(region, 'c-1')).toBe(`${command}?region=${region}`);
  expect(runCommandUrl(region, 'c-1', 'i-1')).toBe(`${command}/i-1?region=${region}`);
});

test.each(['us-iso-east-1', 'us-isob-east-1', 'us-isof-south-1', 'eu-isoe-west-1', '', 'evil.example/x'])(
  'there is no link for the region "%s", whose console has no public address',
  (region) => {
    expect(logGroupUrl(region, 'g')).toBeUndefined();
    expect(logStreamUrl(region, STREAM)).toBeUndefined();
    expect(runCommandUrl(region, 'c')).toBeUndefined();
  },
);
