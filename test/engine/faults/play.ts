/** What is done in three acts, so that what waits does so at the same time as all the others, and in quiet. */
export interface Play {
  /** Up to the wait. */
  readonly prepare: () => Promise<void>;
  readonly wait: () => Promise<void>;
  readonly look: () => Promise<void>;
  /** Ends its host, whatever went wrong. */
  readonly stop: () => Promise<void>;
}

/** Plays all, act by act; no act begins before all have ended the one before. @returns of each, what was wrong */
export async function playAll(plays: Readonly<Record<string, Play>>): Promise<ReadonlyMap<string, unknown>> {
  const wrong = new Map<string, unknown>();
  for (const act of ['prepare', 'wait', 'look'] as const) {
    const playing = Object.entries(plays).filter(([name]) => !wrong.has(name));
    await Promise.all(
      playing.map(([name, play]) => play[act]().catch((error: unknown) => wrong.set(name, error))),
    );
  }
  await Promise.allSettled(Object.values(plays).map(async ({ stop }) => stop()));
  return wrong;
}
