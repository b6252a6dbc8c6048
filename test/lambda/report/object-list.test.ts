import fc from 'fast-check';
import type { readObjects } from '../../../lambda/report/object-list';
import { parseObject } from '../../../lambda/report/object-list';
import { MAX_OBJECTS_BYTES, packObjects } from '../../../lambda/report/packed-objects';
import { OBJECT_FATES, REMOVABLE, objectWord } from '../../../lib/contract';
import type { HostReport, ListedObject, StepResult } from '../../../lib/contract';
import { combinedOutput } from '../../../local/ssm-agent/output';
import { HOST_PLUGIN, judged, plugin, result } from './support';

/** An object's line as a host prints it. */
function lineOf({ fate, kind, id, size, age, project, name }: ListedObject): string {
  const fields = [
    fate,
    objectWord(kind),
    id,
    size === undefined ? undefined : `${size}B`,
    age,
    project,
    name,
  ];
  return fields.map((field) => field ?? '-').join(' ');
}

const done = (objects: number): StepResult => result({ outcome: 'done', removed: { images: 1 }, objects });

/** What a step prints that lists these objects. */
function stdoutOf(objects: readonly ListedObject[]): string {
  return [JSON.stringify(done(objects.length)), ...objects.map(lineOf)].map((line) => `${line}\n`).join('');
}

function reportOf(output: string): HostReport {
  return judged([HOST_PLUGIN, plugin('Prune', output)]);
}

const field = fc.string({
  unit: fc.constantFrom('a', 'Z', '7', '_', '/', ':', '\\', '-', ','),
  minLength: 2,
});
const object: fc.Arbitrary<ListedObject> = fc.record(
  {
    fate: fc.constantFrom(...OBJECT_FATES),
    kind: fc.constantFrom(...REMOVABLE),
    id: field,
    size: fc.nat(),
    age: fc.tuple(fc.nat(999_999), fc.constantFrom('m', 'h', 'd')).map(([n, unit]) => `${n}${unit}`),
    project: field,
    name: field,
  },
  { requiredKeys: ['fate', 'kind', 'id'] },
);

const IMAGE: ListedObject = {
  fate: 'removed',
  kind: 'images',
  id: '3f2a91bc04d7',
  name: 'todobackend_app:latest',
  project: 'todobackend',
  size: 4_123_456,
  age: '3d',
};
const IMAGE_LINE = 'removed image 3f2a91bc04d7 4123456B 3d todobackend todobackend_app:latest';

test('the line of an object is read as the contract says', () => {
  expect(parseObject(IMAGE_LINE)).toEqual(IMAGE);
  expect(parseObject('young cache-record k0 - 5m - -')).toEqual({
    fate: 'young',
    kind: 'cacheRecords',
    id: 'k0',
    age: '5m',
  });
  fc.assert(fc.property(object, (drawn) => expect(parseObject(lineOf(drawn))).toEqual(drawn)));
});

test.each([
  ['of an unknown fate', IMAGE_LINE.replace('removed', 'vanished')],
  ['of an unknown kind', IMAGE_LINE.replace('image', 'secret')],
  ['of a member that every object has', IMAGE_LINE.replace('image', 'constructor')],
  ['without an identifier', IMAGE_LINE.replace('3f2a91bc04d7', '-')],
  ['with a size without its unit', IMAGE_LINE.replace('4123456B', '4123456')],
  ['with a negative size', IMAGE_LINE.replace('4123456B', '-1B')],
  ['with a size that no number holds exactly', IMAGE_LINE.replace('4123456B', '9999999999999999B')],
  ['with an age in another unit', IMAGE_LINE.replace('3d', '3y')],
  ['with a field too few', IMAGE_LINE.replace(' 3d', '')],
  ['with a field too many', `${IMAGE_LINE} more`],
  ['with two spaces', IMAGE_LINE.replace(' ', '  ')],
  ['with a control character', IMAGE_LINE.replace('app', '\u001b[2J')],
  ['with a bidirectional mark', IMAGE_LINE.replace('app', '\u202e')],
  ['with a carriage return', `${IMAGE_LINE}\r`],
  ['with a text that is too long', IMAGE_LINE.replace('latest', 'x'.repeat(1024))],
  ['that is empty', ''],
])('a line is damaged %s', (_name, line) => {
  expect(parseObject(line)).toBeUndefined();
});

describe('output that is cut at any byte', () => {
  const numbered = fc
    .array(object, { minLength: 1, maxLength: 8 })
    .map((objects) => objects.map((one, i) => ({ ...one, id: `${one.id}-${i}` })));
  const LOGS = ['', 'failed to run commands: exit status 1', 'log line\n'.repeat(200)];
  const TITLE = '\n----------ERROR-------\n';

  /** Never a wrong object, never without the result once it is whole, and each object is either read or missing. */
  function expectExact(
    output: string,
    stdout: string,
    cutAt: number,
    objects: readonly ListedObject[],
  ): void {
    const { steps, objects: read, objectsMissing } = reportOf(output);
    const json = stdout.indexOf('\n');
    expect(steps[1]?.result).toEqual(cutAt < json ? undefined : done(objects.length));
    if (cutAt < json) return;
    expect(read.length + objectsMissing).toBe(objects.length);
    expect(read).toHaveLength(stdout.slice(0, cutAt).split('\n').length - (cutAt === json ? 1 : 2));
    for (const one of read) expect(objects).toContainEqual(one);
  }

  test('by the agent, with and without a log', () => {
    fc.assert(
      fc.property(numbered, fc.constantFrom(...LOGS), (objects, stderr) => {
        const stdout = stdoutOf(objects);
        for (let at = 0; at <= stdout.length; at++) {
          const log = stderr ? `${TITLE}${stderr}` : '';
          expectExact(`${stdout.slice(0, at)}\n---Output truncated---${log}`, stdout, at, objects);
        }
      }),
      { numRuns: 10 },
    );
  });

  test('by the end of its process, with and without a log', () => {
    fc.assert(
      fc.property(numbered, fc.constantFrom(...LOGS), (objects, stderr) => {
        const stdout = stdoutOf(objects);
        for (let at = 0; at <= stdout.length; at++) {
          const output = combinedOutput(Buffer.from(stdout.slice(0, at)), Buffer.from(stderr));
          expect(output).not.toContain('truncated');
          expectExact(output, stdout, at, objects);
        }
      }),
      { numRuns: 10 },
    );
  });

  test('a list that is longer than Systems Manager keeps arrives in part, with the number of the rest', () => {
    const objects = Array.from({ length: 100 }, (_, i) => ({ ...IMAGE, id: `3f2a91bc0${100 + i}` }));
    const lines = (log: string): HostReport =>
      reportOf(combinedOutput(Buffer.from(stdoutOf(objects)), Buffer.from(log)));
    for (const [log, least] of [
      ['', 30],
      ['failed to run commands: exit status 1', 29],
      ['log\n'.repeat(2000), 12],
    ] as const) {
      const { objects: read, objectsMissing, steps } = lines(log);
      expect(read.length).toBeGreaterThanOrEqual(least);
      expect(read).toEqual(objects.slice(0, read.length));
      expect(objectsMissing).toBe(100 - read.length);
      // The agent says that it cut the output. That is not a defect of the step.
      expect(steps[1]).not.toHaveProperty('message');
    }
  });
});

describe('a damaged list', () => {
  const VOLUME_LINE = 'removed volume todobackend_public - 9d todobackend -';
  const json = (objects: number): string => JSON.stringify(done(objects));
  const notReliable = 'the list of objects is not reliable: ';

  test.each([
    ['a damaged line', [IMAGE_LINE, 'hello', VOLUME_LINE], 3, 2, '1 of its 3 lines are damaged'],
    ['nothing of the list', [], 2, 0, 'the step promised 2 objects and listed 0'],
    ['a line too few', [IMAGE_LINE], 2, 1, 'the step promised 2 objects and listed 1'],
    ['a line too many', [IMAGE_LINE, VOLUME_LINE], 1, 1, 'the step promised 1 objects and listed 2'],
  ])('with %s keeps the result, and says that it is not reliable', (_name, lines, promised, read, why) => {
    const report = reportOf([json(promised), ...lines, ''].join('\n'));
    expect(report).toMatchObject({ outcome: 'succeeded', removed: { images: 1 } });
    expect(report.objects).toHaveLength(read);
    expect(report.objectsMissing).toBe(promised - read);
    expect(report.steps[1]).toMatchObject({ message: `${notReliable}${why}`, result: done(promised) });
    expect(report.steps[1]).not.toHaveProperty('reason');
  });

  test('does not hide why a step failed', () => {
    const failed = result({
      outcome: 'failed',
      reason: 'leftovers',
      message: 'volume v is left',
      objects: 4,
    });
    const report = judged([HOST_PLUGIN, plugin('Prune', `${JSON.stringify(failed)}\n${IMAGE_LINE}\n`, 1)]);
    expect(report).toMatchObject({ reason: 'leftovers', message: 'Prune: volume v is left' });
    expect(report).toMatchObject({ objects: [IMAGE], objectsMissing: 3 });
  });

  test('other lines after a result that promises no objects are not objects', () => {
    const report = reportOf(`${JSON.stringify(result())}\n${IMAGE_LINE}\n`);
    expect(report).toMatchObject({ objects: [], objectsMissing: 0 });
    expect(report.steps[1]).not.toHaveProperty('message');
  });

  test.each([-1, 1.5, '3', null])('a result that promises %j objects is refused', (objects) => {
    const loose = JSON.stringify({ ...result(), objects });
    expect(reportOf(loose)).toMatchObject({ outcome: 'failed', reason: 'no-result', objectsMissing: 0 });
  });
});

describe('the objects of a host', () => {
  const listed = (objects: readonly ListedObject[]): ReturnType<typeof readObjects>['objects'] =>
    objects.map((one) => ({ line: lineOf(one), object: one }));
  const shapes = (objects: Iterable<ListedObject>): string[] =>
    [...objects].map(({ kind, fate, id }) => `${kind} ${fate} ${id}`);

  test('come in a fixed order: what holds data first, and what was removed before what was kept', () => {
    const objects = listed([
      { fate: 'inUse', kind: 'images', id: '1' },
      { fate: 'removed', kind: 'images', id: '2' },
      { fate: 'left', kind: 'containers', id: '3' },
      { fate: 'young', kind: 'volumes', id: '4' },
      { fate: 'removed', kind: 'projects', id: '5' },
      { fate: 'would-remove', kind: 'volumes', id: '6' },
      { fate: 'removed', kind: 'images', id: '7' },
    ]);
    expect(shapes(packObjects(objects).objects)).toEqual([
      'volumes would-remove 6',
      'volumes young 4',
      'projects removed 5',
      'containers left 3',
      'images removed 2',
      'images removed 7',
      'images inUse 1',
    ]);
  });

  test('can be read any number of times', () => {
    fc.assert(
      fc.property(fc.array(object), (drawn) => {
        const { objects } = packObjects(listed(drawn));
        expect([...objects]).toHaveLength(drawn.length);
        expect([...objects]).toEqual([...objects]);
      }),
    );
  });

  test('that have no room in the event are missing, the least important first', () => {
    const images = Array.from({ length: 200 }, (_, i) => ({ ...IMAGE, name: 'x'.repeat(1000), id: `${i}` }));
    const volume: ListedObject = { fate: 'removed', kind: 'volumes', id: 'v' };
    const { objects, omitted } = packObjects(listed([...images, volume]));
    const kept = [...objects];
    expect(kept[0]).toEqual(volume);
    expect(kept.length + omitted).toBe(201);
    expect(omitted).toBeGreaterThan(0);
    expect(JSON.stringify(kept).length).toBeLessThanOrEqual(MAX_OBJECTS_BYTES + 1);
    expect(JSON.stringify([...kept, images[0]]).length).toBeGreaterThan(MAX_OBJECTS_BYTES);
  });

  test('never make an event that CloudWatch Logs refuses, however many steps list them', () => {
    const many = Array.from(
      { length: 100 },
      (_, i) => ({ fate: 'gone', kind: 'images', id: `${i}` }) as const,
    );
    const largest = (step: number): string => {
      const objects = many.length;
      const base = result({ outcome: 'done', message: '', objects });
      const message = 'é'.repeat((1200 - JSON.stringify(base).length) / 2);
      const stdout = [JSON.stringify({ ...base, message }), ...many.map(lineOf), ''].join('\n');
      return combinedOutput(Buffer.from(stdout.replaceAll(' image ', ` image ${step}`)), Buffer.from(''));
    };
    const steps = Array.from({ length: 150 }, (_, i) => plugin(`Prune${i}`, largest(i)));
    const report = judged([HOST_PLUGIN, ...steps]);
    expect(report.objectsMissing).toBeGreaterThan(0);
    expect(report.objects.length + report.objectsMissing).toBe(150 * many.length);
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(1_048_576 - 26);
  });
});
