import { MAX_RESULT_BYTES } from '../../../lib/contract';
import type { StepResult } from '../../../lib/contract';
import { combinedOutput } from '../../../local/ssm-agent/output';
import { HOST_PLUGIN, judged, plugin, result } from './support';

describe('output as the agent cuts it', () => {
  const filler = 'x'.repeat(MAX_RESULT_BYTES - JSON.stringify(result({ message: '' })).length);
  const largest = JSON.stringify(result({ message: filler })) + '\n';

  test.each([
    ['no stderr', largest, ''],
    ['a small stderr', largest, 'failed to run commands: exit status 1'],
    ['a large stderr', largest, 'log line\n'.repeat(2000)],
    ['a large stderr and a stdout that does not fit', largest + 'noise\n'.repeat(1000), 'log\n'.repeat(2000)],
    ['a stdout that does not fit', largest + 'noise\n'.repeat(1000), ''],
  ])('the largest result survives %s', (_name, stdout, stderr) => {
    expect(Buffer.byteLength(largest)).toBe(MAX_RESULT_BYTES + 1);
    const output = agentOutput(stdout, stderr);
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(2500);
    expect(judged([HOST_PLUGIN, plugin('Prune', output)]).steps[1]?.result?.message).toBe(filler);
  });

  const tooLong = JSON.stringify(result({ message: 'x'.repeat(4000) }));
  test.each([
    ['standard output', agentOutput(tooLong)],
    ['both outputs', agentOutput(tooLong, 'log\n'.repeat(2000))],
    ['standard error', agentOutput('', `sh: 1: docker: not found\n${'y'.repeat(3000)}`)],
    ['output of GetCommandInvocation', `${tooLong.slice(0, 1000)}--output truncated--`],
  ])('without a result, and with a mark that %s was cut: truncated', (_name, output) => {
    expect(judged([HOST_PLUGIN, plugin('Prune', output)])).toMatchObject({
      outcome: 'failed',
      reason: 'truncated',
    });
  });

  test('other output is shown in short', () => {
    const output = `sh: 1: docker: not found\n${'y'.repeat(2000)}`;
    const [, step] = judged([HOST_PLUGIN, plugin('Prune', output, 127)]).steps;
    expect(step?.reason).toBe('no-result');
    expect(step?.message).toMatch(/\(sh: 1: docker: not found y+…\): see/);
    expect(step?.message?.length).toBeLessThanOrEqual(500);
  });

  const loose = (members: object): string => JSON.stringify({ ...result(), ...members });
  test.each([
    ['empty', ''],
    ['not JSON', 'hello'],
    ['null', 'null'],
    ['an array', '[]'],
    ['preceded by another line', `hello\n${JSON.stringify(result())}`],
    ['of another version', loose({ v: 2 })],
    ['of an unknown outcome', loose({ outcome: 'great' })],
    ['without an outcome', loose({ outcome: undefined })],
    ['without dryRun', loose({ dryRun: undefined })],
    ['with a negative number', loose({ bytesReclaimed: -1 })],
    ['with a number in quotes', loose({ bytesReclaimed: '1' })],
    ['with an infinite number', loose({}).replace('"seconds":1', '"seconds":1e999')],
    ['with a negative count', loose({ removed: { images: -1 } })],
    ['with null for a count', loose({ removed: null })],
    [
      'with a killed container that lacks its service',
      loose({ killed: [{ project: 'p', container: 'c', grace: 1 }] }),
    ],
    ['with a string for a list', loose({ left: 'volume v' })],
    ['with a number in a list of texts', loose({ warnings: [1] })],
    ['with half of the host facts', loose({ host: { engine: '1' } })],
    ['with an unknown image store', loose({ host: { ...hostFacts(), store: 'zfs' } })],
    ['failed without a reason', loose({ outcome: 'failed' })],
    ['skipped without a reason', loose({ outcome: 'skipped' })],
    ['longer than the contract allows', loose({ message: 'x'.repeat(MAX_RESULT_BYTES) })],
  ])('a result is refused when it is %s', (_name, output) => {
    const report = judged([HOST_PLUGIN, plugin('Prune', output)]);
    expect(report).toMatchObject({ outcome: 'failed', reason: 'no-result' });
    expect(report.steps[1]).not.toHaveProperty('result');
  });

  test('members that a later version may add are accepted', () => {
    expect(judged([HOST_PLUGIN, plugin('Prune', loose({ novelty: [1] }))]).outcome).toBe('succeeded');
  });
});

function hostFacts(): StepResult['host'] {
  return (JSON.parse(HOST_PLUGIN.Output ?? '') as StepResult).host;
}

function agentOutput(stdout: string, stderr = ''): string {
  return combinedOutput(Buffer.from(stdout), Buffer.from(stderr));
}
