/**
 * How long does the reporter take for a large fleet, how much memory, and how many calls?
 *
 * The bundled reporter reports runs of hosts with the longest results allowed. Every answer of the
 * services takes 100 ms, and the heap is limited to 128 MB. In the last run, an invocation crashed and
 * left the report half-written. Run with `npx tsx benchmark/report-scale.ts`, after `npm run bundle`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { GROUP, Loopback, STREAM, command, fullFleet } from '../test/lambda/report/support';

const LATENCY_MS = 100;
const HEAP_MB = 128;
const FUNCTION_TIMEOUT_SECONDS = 150;
const FLEETS = [100, 1_000, 10_000];

interface Row {
  readonly run: string;
  readonly ListCommandInvocations: number;
  readonly batches: number;
  readonly 'all calls': number;
  readonly 'written MB': string;
  readonly 'peak heap MB': number;
  readonly 'peak RSS MB': number;
  readonly seconds: string;
}

const megabytes = (bytes: number): number => Math.round(bytes / 1_048_576);

async function measure(hosts: number, crash: boolean): Promise<Row> {
  const loopback = new Loopback();
  await loopback.start();
  try {
    loopback.ssm.put(command({ TargetCount: hosts }), fullFleet(hosts));
    if (crash) await loopback.crashAtBatch(20);
    for (const { calls } of [loopback.ssm, loopback.logs]) calls.length = 0;
    for (const service of [loopback.ssm, loopback.logs]) {
      service.intercept = async (_call, next) => {
        await sleep(LATENCY_MS);
        return next();
      };
    }
    const started = performance.now();
    const answer = await loopback.deliver({
      timeoutSeconds: FUNCTION_TIMEOUT_SECONDS,
      environment: {
        CLAIM_TIMEOUT_SECONDS: String(FUNCTION_TIMEOUT_SECONDS + 15),
        NODE_OPTIONS: `--max-old-space-size=${HEAP_MB} --require ${join(__dirname, 'peak-memory.cjs')}`,
      },
    });
    const seconds = (performance.now() - started) / 1000;
    if (answer.error)
      throw new Error(`${answer.error.name}: ${answer.error.message}\n${answer.logs.join('\n')}`);
    const { peak } = JSON.parse(answer.logs.at(-1) ?? '') as { peak: { rss: number; heap: number } };
    const events = loopback.logs.events(GROUP, STREAM);
    if (events.length !== hosts + 1) throw new Error(`expected ${hosts + 1} events, got ${events.length}`);
    return {
      run: `${hosts} hosts${crash ? ', resumed after a crash' : ''}`,
      ListCommandInvocations: loopback.ssm.count('ListCommandInvocations'),
      batches: loopback.logs.count('PutLogEvents'),
      'all calls': loopback.ssm.calls.length + loopback.logs.calls.length,
      'written MB': (events.reduce((sum, { message }) => sum + message.length, 0) / 1_048_576).toFixed(1),
      'peak heap MB': megabytes(peak.heap),
      'peak RSS MB': megabytes(peak.rss),
      seconds: seconds.toFixed(1),
    };
  } finally {
    await loopback.stop();
  }
}

async function main(): Promise<void> {
  const rows: Row[] = [];
  for (const hosts of FLEETS) rows.push(await measure(hosts, false));
  rows.push(await measure(Math.max(...FLEETS), true));
  console.table(rows);
}

void main();
