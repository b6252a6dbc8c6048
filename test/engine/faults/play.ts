/** A scenario in three acts. All plays wait at the same time, and nothing else runs then. */
export interface Play {
  /** All that comes before the wait. */
  readonly prepare: () => Promise<void>;
  readonly wait: () => Promise<void>;
  readonly look: () => Promise<void>;
  /** Ends its host, also after a failure. */
  readonly stop: () => Promise<void>;
}

/** Plays all, act by act. Each act begins after all plays ended the last one. @returns the errors by play */
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
