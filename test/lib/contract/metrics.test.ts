import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { METRICS } from '../../../lib/contract';
import type { MetricName } from '../../../lib/contract';

const METHODS = readFileSync(resolve(__dirname, '../../../lib/monitoring/metrics.ts'), 'utf8');

test('the documentation of each metric names the statistic of the table', () => {
  const documented = /@default - (sum|maximum) over 5 minutes\n +\*\/\n +public metric(\w+)\(/g;
  const found = [...METHODS.matchAll(documented)].map(([, statistic, name]) => [name, statistic]);
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(
      (Object.keys(METRICS) as MetricName[]).map((name) => [name, METRICS[name].statistic.toLowerCase()]),
    ),
  );
});

test('no two metrics have the same label, so that a graph distinguishes them', () => {
  const labels = Object.values(METRICS).map(({ label }) => label);
  expect(new Set(labels).size).toBe(labels.length);
});
