import type { TaskKind } from '../../lib/tasks';

/** The rules that hold each kind of task to its selection, to the keep label and to a dry run. */
interface RulesOfKind {
  readonly selection: string;
  /** `undefined` where no object has a label of its own: build cache, and what a user's own script removes. */
  readonly keep: string | undefined;
  readonly dryRun: string;
}

const LABELS = 'nothing without the labels';
const KEEP = 'nothing with the keep label';
const DRY_RUN = 'a dry run removes no object';

/** A kind without a row does not compile, and each rule has to be one of `MUTATIONS`. */
export const RULES_OF_KINDS: Readonly<Record<TaskKind, RulesOfKind>> = {
  ComposeDown: {
    selection: 'nothing outside the named project',
    keep: 'a project with a kept container stays whole, for ComposeDown',
    dryRun: 'a dry run takes no project down',
  },
  DanglingImagePrune: { selection: LABELS, keep: KEEP, dryRun: 'a dry run removes no dangling image' },
  UnusedImagePrune: { selection: LABELS, keep: KEEP, dryRun: 'a dry run removes no image with a tag' },
  StoppedContainerPrune: { selection: LABELS, keep: KEEP, dryRun: DRY_RUN },
  VolumePrune: { selection: LABELS, keep: KEEP, dryRun: DRY_RUN },
  NetworkPrune: { selection: 'no network of a project that has containers', keep: KEEP, dryRun: DRY_RUN },
  BuildCachePrune: {
    selection: 'build cache that was used since stays',
    keep: undefined,
    dryRun: 'a dry run removes no build cache',
  },
  ShellTask: {
    selection: 'a result of a user’s script that breaks the contract is not believed',
    keep: undefined,
    dryRun: 'a dry run runs no script that does not support it',
  },
};
