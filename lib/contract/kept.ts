/** Every reason why a task keeps a candidate, in the order in which people read them. */
export const KEPT_REASONS = {
  /** A container refers to it, or another image was built upon it. */
  inUse: { words: 'in use' },
  /** Not old enough. */
  young: { words: 'too young' },
  /** It or its project carries the keep label. */
  kept: { words: 'with the keep label' },
  /** The image was tagged during the task. */
  tagged: { words: 'tagged during the run' },
  /** Another client removed it during the task. */
  gone: { words: 'removed by another client' },
  /** One of the newest of its repository. */
  newest: { words: 'newest of their repository' },
  /** A pattern names it. */
  excluded: { words: 'excluded by name' },
  /** More than one run removes. */
  capped: { words: 'left for the next run' },
  /** Not all containers of the project carry the labels. */
  unlabelled: { words: 'labelled in part only' },
  /** The Engine answers a question about it, or about something of the project, with an error. */
  undescribed: { words: 'not described by the Engine' },
} as const satisfies Readonly<Record<string, { readonly words: string }>>;

/** Why a task kept a candidate that has the labels. */
export type KeptReason = keyof typeof KEPT_REASONS;
/** How many candidates a task kept, by reason. */
export type PassedOver = Partial<Record<KeptReason, number>>;

export const KEPT = Object.keys(KEPT_REASONS) as readonly KeptReason[];
