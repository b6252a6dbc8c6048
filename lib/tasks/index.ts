import { BuildCachePrune } from './build-cache-prune/build-cache-prune';
import { ComposeDown } from './compose-down/compose-down';
import { DanglingImagePrune } from './dangling-image-prune/dangling-image-prune';
import { NetworkPrune } from './network-prune/network-prune';
import { ShellTask } from './shell-task/shell-task';
import { StoppedContainerPrune } from './stopped-container-prune/stopped-container-prune';
import { UnusedImagePrune } from './unused-image-prune/unused-image-prune';
import { VolumePrune } from './volume-prune/volume-prune';

/**
 * Every kind of task, by the name of its class. The app, the tests and their worlds have a row for each kind, so a kind
 * that is added here does not compile until each of them has one.
 */
export const TASK_KINDS = {
  ComposeDown,
  DanglingImagePrune,
  UnusedImagePrune,
  StoppedContainerPrune,
  VolumePrune,
  NetworkPrune,
  BuildCachePrune,
  ShellTask,
} as const;

/** The name of a kind of task, as a step result reports it in `task`. */
export type TaskKind = keyof typeof TASK_KINDS;
