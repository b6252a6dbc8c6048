import { combinedOutput } from '../../../local/ssm-agent/output';

const TITLE = '\n----------ERROR-------\n';
const OUTPUT_CUT = '\n---Output truncated---';
const ERROR_CUT = '\n---Error truncated----';

const output = (out: string, error = ''): string => combinedOutput(Buffer.from(out), Buffer.from(error));

describe('the combined output of a step', () => {
  test('is standard output, then standard error under a title, while there is room', () => {
    expect(output('out\n')).toBe('out\n');
    expect(output('out\n', 'error')).toBe(`out\n${TITLE}error`);
    expect(output('', 'error')).toBe(`${TITLE}error`);
    expect(output('x'.repeat(2499))).toBe('x'.repeat(2499));
  });

  test('keeps 2,477 bytes of a long standard output alone', () => {
    expect(output('x'.repeat(2500))).toBe('x'.repeat(2477) + OUTPUT_CUT);
  });

  test('keeps a short standard error whole and cuts standard output to fit', () => {
    const error = 'e'.repeat(28);
    expect(output('x'.repeat(5000), error)).toBe('x'.repeat(2425) + OUTPUT_CUT + TITLE + error);
  });

  test('keeps 1,215 bytes of each when both are long', () => {
    const expected = 'x'.repeat(1215) + OUTPUT_CUT + TITLE + 'e'.repeat(1215) + ERROR_CUT;
    expect(output('x'.repeat(1239), 'e'.repeat(1239))).toBe(expected);
    expect(output('x'.repeat(9000), 'e'.repeat(9000))).toBe(expected);
  });

  test('keeps a standard output of 1,200 bytes whole, however long standard error is', () => {
    const line = 'x'.repeat(1200);
    expect(output(line, 'e'.repeat(100_000)).startsWith(line + TITLE)).toBe(true);
    expect(Buffer.byteLength(output(line, 'e'.repeat(100_000)))).toBe(2500);
  });

  test('counts bytes, so that a character can be cut in two', () => {
    expect(output('é'.repeat(1250))).toBe(`${'é'.repeat(1238)}\uFFFD${OUTPUT_CUT}`);
  });
});
