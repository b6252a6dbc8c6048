import { batches } from '../../../lambda/report/publish';
import type { HostReport } from '../../../lib/contract';
import { HOST_PLUGIN, judged } from './support';

const MAX_BYTES = 1_048_576;

function hostOf(bytes: number, filler = 'x'): HostReport {
  const base = { ...judged([HOST_PLUGIN]), message: '' };
  const room = bytes - Buffer.byteLength(JSON.stringify(base));
  return { ...base, message: filler.repeat(room / Buffer.byteLength(filler)) };
}

function sizes(hosts: readonly HostReport[]): { events: number; bytes: number }[] {
  return [...batches(hosts, 1)].map((batch) => ({
    events: batch.length,
    bytes: batch.reduce((sum, { message = '' }) => sum + Buffer.byteLength(message) + 26, 0),
  }));
}

test('a batch is filled to its last byte, and not beyond', () => {
  const half = hostOf(MAX_BYTES / 2 - 26);
  expect(sizes([half, half, half])).toEqual([
    { events: 2, bytes: MAX_BYTES },
    { events: 1, bytes: MAX_BYTES / 2 },
  ]);
  const [first] = sizes([half, hostOf(MAX_BYTES / 2 - 25)]);
  expect(first?.events).toBe(1);
});

test('bytes are counted, not characters', () => {
  const wide = hostOf(400_000, 'é');
  expect(Math.max(...sizes([wide, wide, wide]).map(({ bytes }) => bytes))).toBeLessThanOrEqual(MAX_BYTES);
});

test('a batch has at most 10,000 events', () => {
  // No real report is so small, but the service has the limit.
  const tiny = { type: 'host', objects: [] as const } as unknown as HostReport;
  expect(sizes(Array.from({ length: 20_001 }, () => tiny)).map(({ events }) => events)).toEqual([
    10_000, 10_000, 1,
  ]);
});

test('without a host there is no batch', () => {
  expect([...batches([], 1)]).toEqual([]);
});
