import { Progress } from '../../../local/run/progress';

function recorded(terminal: { isTTY: boolean; columns: number } | undefined): {
  progress: Progress;
  text: () => string;
} {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) > 0, ...terminal };
  return { progress: new Progress(stream), text: () => written.join('') };
}

describe('progress', () => {
  test('is a line for each thing begun, without a terminal', () => {
    const { progress, text } = recorded(undefined);
    progress.begin('one');
    progress.note('by the way');
    progress.begin('two');
    progress.end();
    expect(text()).toBe('one ...\nby the way\ntwo ...\n');
  });

  test('counts the steps, as soon as it knows how many there are', () => {
    const { progress, text } = recorded(undefined);
    progress.begin('first');
    progress.expect(2);
    progress.begin('one');
    progress.note('by the way');
    progress.begin('two');
    progress.end();
    expect(text()).toBe('first ...\nstep 1 of 2: one ...\nby the way\nstep 2 of 2: two ...\n');
  });

  test('is one live line on a terminal, which remains with its time when the next begins', () => {
    const { progress, text } = recorded({ isTTY: true, columns: 20 });
    progress.begin('one');
    progress.begin('two, which is too long for the terminal');
    progress.end();
    const [first, second, rest] = text()
      .split('\n')
      .map((line) => line.split('\r\x1b[2K').at(-1));
    expect(first).toMatch(/^ +\d+\.\d s {2}one$/);
    expect(second).toHaveLength(19);
    expect(rest).toBe('');
  });
});
