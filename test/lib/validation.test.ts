import { Duration, Size, Token } from 'aws-cdk-lib';
import { literalBytes, literalCount, literalSeconds, refuse } from '../../lib/validation';

describe('a number', () => {
  test.each([
    [0.5, 'got 0.5, which has a fraction; give a whole number from 0 to 99'],
    [99.5, 'got 99.5, which is out of range; give a whole number from 0 to 99'],
    [-1, 'got -1, which is out of range; give a whole number from 0 to 99'],
    [NaN, 'got NaN, which is not a number; give a whole number from 0 to 99'],
    [-Infinity, 'got -Infinity, which is out of range; give a whole number from 0 to 99'],
    [
      Token.asNumber({ Ref: 'Parameter' }),
      'got "a token", which is only known at deployment, but is written into a script at synthesis; give a literal value',
    ],
  ])('is refused with the reason: %p', (value, message) => {
    expect(() => literalCount('n', value, 0, 99)).toThrow(`n: ${message}`);
  });

  test.each([0, 99])('may be as small or large as documented: %p', (value) => {
    expect(literalCount('n', value, 0, 99)).toBe(value);
  });
});

describe('a time', () => {
  test('is counted in whole seconds, of up to a hundred years', () => {
    expect(literalSeconds('t', Duration.days(36_500))).toBe(3_153_600_000);
    expect(() => literalSeconds('t', Duration.days(36_501))).toThrow(
      't: got "Duration.days(36501)", which is longer than a hundred years; give a shorter time',
    );
    expect(() => literalSeconds('t', Duration.days(1e30))).toThrow('longer than a hundred years');
    expect(() => literalSeconds('t', Duration.millis(1500))).toThrow('t: got "Duration.millis(1500)"');
  });

  test('may come from another copy of the library', () => {
    const other = { toSeconds: () => 60, isUnresolved: () => false } as unknown as Duration;
    expect(literalSeconds('t', other)).toBe(60);
  });
});

describe('a size', () => {
  test('is counted in whole bytes, up to the size of any disk', () => {
    expect(literalBytes('s', Size.gibibytes(2))).toBe(2_147_483_648);
    expect(literalBytes('s', Size.kibibytes(0.7))).toBe(716);
    expect(literalBytes('s', Size.pebibytes(7))).toBe(7_881_299_347_898_368);
  });

  test.each<[unknown, string]>([
    [5, 'got 5, which is not a Size; give a Size, e.g. Size.gibibytes(20)'],
    ['20GiB', 'got "20GiB", which is not a Size; give a Size'],
    [null, 'got null, which is not a Size; give a Size'],
    [Size.pebibytes(8), 'got "Size.pebibytes(8)", which is larger than any disk; give less than Size.'],
    [Size.pebibytes(1e9), 'got "Size.pebibytes(1000000000)", which is larger than any disk'],
    [Size.gibibytes(Token.asNumber({ Ref: 'Parameter' })), 'got "a token", which is only known at'],
  ])('is refused: %p', (size, message) => {
    expect(() => literalBytes('s', size as Size)).toThrow(`s: ${message}`);
  });
});

describe('the value in a message', () => {
  const ring: Record<string, unknown> = {};
  ring.self = ring;

  test.each<[unknown, string]>([
    [undefined, 'undefined'],
    [NaN, 'NaN'],
    [
      { a: [NaN, Duration.hours(1)], b: Size.mebibytes(3) },
      '{"a":["NaN","Duration.hours(1)"],"b":"Size.mebibytes(3)"}',
    ],
    [ring, '[object Object]'],
    [5n, '5'],
  ])('is shown as you wrote it: %p', (value, got) => {
    expect(() => refuse('p', value, 'is wrong', 'correct it')).toThrow(
      `p: got ${got}, which is wrong; correct it`,
    );
  });
});
