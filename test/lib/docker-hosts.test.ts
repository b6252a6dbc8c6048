import { Token } from 'aws-cdk-lib';
import { DockerHosts } from '../../lib';

const unresolved = Token.asString({ Ref: 'Parameter' });

test('targets and condition select the same hosts: all keys, any value of each', () => {
  const hosts = DockerHosts.tagged('DockerHost', 'true').andTagged('Stage', 'test', 'acceptance');
  expect(hosts._targets()).toEqual([
    { Key: 'tag:DockerHost', Values: ['true'] },
    { Key: 'tag:Stage', Values: ['test', 'acceptance'] },
  ]);
  expect(hosts._condition()).toEqual({
    StringEquals: { 'ssm:resourceTag/DockerHost': ['true'], 'ssm:resourceTag/Stage': ['test', 'acceptance'] },
  });
});

test('narrowing does not change the wider selection', () => {
  const all = DockerHosts.tagged('DockerHost', 'true');
  all.andTagged('Stage', 'test');
  expect(all._targets()).toEqual([{ Key: 'tag:DockerHost', Values: ['true'] }]);
});

test.each([
  ['aws:autoscaling:groupName', 'docker'],
  ['Owner', ''],
  ['Größe / @+-=._:', 'sehr groß'],
  ['k'.repeat(128), 'v'.repeat(256)],
  ['Stage', unresolved],
])('accepts tag %s with value %s', (key, value) => {
  expect(DockerHosts.tagged(key, value)._targets()).toEqual([{ Key: `tag:${key}`, Values: [value] }]);
});

test.each([
  ['', ['x'], 'hosts: got "", which is not a valid tag key; give 1 to 128 characters'],
  ['k'.repeat(129), ['x'], 'give 1 to 128 characters'],
  ['Docker*', ['x'], 'hosts: got "Docker*", which is not a valid tag key; use letters'],
  ['a"b', ['x'], 'hosts: got "a\\"b", which is not a valid tag key; use letters'],
  [unresolved, ['x'], 'give a literal value'],
  ['Stage', [], 'hosts["Stage"]: got [], which is not a list of 1 to 5 values; give 1 to 5 values'],
  [
    'Stage',
    ['1', '2', '3', '4', '5', '6'],
    'got ["1","2","3","4","5","6"], which is not a list of 1 to 5 values',
  ],
  ['Stage', ['test', '*'], 'hosts["Stage"][1]: got "*", which is not a valid tag value; use letters'],
  ['Stage', [unresolved, 'test', 'v'.repeat(257)], 'hosts["Stage"][2]: got "v'],
  ['Stage', ['v'.repeat(257)], 'which is not a valid tag value; give at most 256 characters'],
])('refuses tag %s with values %j', (key, values, message) => {
  expect(() => DockerHosts.tagged(key, ...values)).toThrow(message);
});

test('refuses a value that is not a string, which JavaScript allows', () => {
  const number = 5 as unknown as string;
  expect(() => DockerHosts.tagged(number, 'x')).toThrow(
    'hosts: got 5, which is not a string; give a tag key',
  );
  expect(() => DockerHosts.tagged('Stage', 'x', number)).toThrow(
    'hosts["Stage"][1]: got 5, which is not a string; give a tag value',
  );
});

test('refuses a key given twice, which the IAM condition cannot express', () => {
  expect(() => DockerHosts.tagged('Stage', 'test').andTagged('Stage', 'acceptance')).toThrow(
    'hosts: got "Stage", which was already given; give all values of a tag key in one call',
  );
});

test('refuses a sixth key, which Systems Manager does not accept', () => {
  const five = ['a', 'b', 'c', 'd'].reduce(
    (hosts, key) => hosts.andTagged(key, '1'),
    DockerHosts.tagged('e', '1'),
  );
  expect(five._targets()).toHaveLength(5);
  expect(() => five.andTagged('f', '1')).toThrow('which has more than 5 tag keys; select by at most 5');
});
