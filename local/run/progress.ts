import type { WriteStream } from 'node:tty';

/** Where progress lines are written: a terminal, or any stream that takes text. */
export type ProgressStream = Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;

const TICK_MILLISECONDS = 200;

/**
 * Shows progress. On a terminal it is one live line that counts the seconds; elsewhere it is a line for
 * each thing begun. A library for task lists would own the order of the work and its clean-up, so this is not one.
 */
export class Progress {
  private what = '';
  private since = 0;
  private timer: NodeJS.Timeout | undefined;
  private step = 0;
  private steps = 0;

  constructor(private readonly stream: ProgressStream) {}

  /** Numbers what begins from now on: as step 1 of that many. */
  expect(steps: number): void {
    this.step = 0;
    this.steps = steps;
  }

  /** Shows what begins now. What was shown before has ended. */
  begin(what: string): void {
    this.end();
    this.what = this.steps > 0 ? `step ${++this.step} of ${this.steps}: ${what}` : what;
    this.since = Date.now();
    if (!this.stream.isTTY) {
      this.stream.write(`${this.what} ...\n`);
      return;
    }
    this.draw();
    this.timer = setInterval(() => this.draw(), TICK_MILLISECONDS);
  }

  /** Ends the line and leaves it on the screen with the time it took. */
  end(): void {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.draw();
    this.stream.write('\n');
  }

  /** Prints a fact that is not progress. */
  note(text: string): void {
    this.end();
    this.stream.write(`${text}\n`);
  }

  private draw(): void {
    const seconds = ((Date.now() - this.since) / 1000).toFixed(1).padStart(6);
    const line = `${seconds} s  ${this.what}`.slice(0, (this.stream.columns || 80) - 1);
    this.stream.write(`\r\x1b[2K${line}`);
  }
}
