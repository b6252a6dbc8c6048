import { createHash } from 'node:crypto';

/** The seed of the lots. Another number gives other lots. A test file that draws lots prints it. */
export const SEED = Number(process.env.SEED ?? 1);

/** The number of points at which a task meets each fault, in its listing and in its removal, or Infinity. */
export const POINTS = Number(process.env.POINTS ?? 1);

/** A number from 0 to 1 for a name. It differs with each seed. */
export function lot(name: string): number {
  return createHash('sha256').update(`${SEED} ${name}`).digest().readUInt32BE() / 2 ** 32;
}

/** One of the calls that a task makes. */
export interface Point {
  readonly call: string;
  /** Its number among the task's calls, from 1 on. */
  readonly nth: number;
  /** Whether it comes before the first call that removes something. */
  readonly phase: Phase;
}

export type Phase = 'listing' | 'removal';

/**
 * The points of a task that made these calls.
 *
 * @param removal the calls that remove something, as patterns of the shell
 */
export function pointsOf(calls: readonly string[], removal: string): Point[] {
  const removes = new RegExp(`^(?:${removal.replaceAll('*', '.*')})$`);
  const first = calls.findIndex((call) => removes.test(call));
  if (first < 1) throw new Error(`no first call is a removal (${removal}): ${calls.join('; ')}`);
  return calls.map((call, n) => ({ call, nth: n + 1, phase: n < first ? 'listing' : 'removal' }));
}

/** The points of a phase, in the order of their lots for a purpose. */
export function drawn(points: readonly Point[], phase: Phase, purpose: string): Point[] {
  const falls = ({ nth }: Point): number => lot(`${purpose} ${nth}`);
  return points.filter((point) => point.phase === phase).sort((a, b) => falls(a) - falls(b));
}

/** Prints the seed of a file's lots and how to repeat the run. */
export function tellSeed(file: string): void {
  process.stdout.write(`${file}: again with SEED=${SEED} npx jest test/engine/${file}\n`);
}
