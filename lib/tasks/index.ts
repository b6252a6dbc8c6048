import { BuildCachePrune } from './build-cache-prune/build-cache-prune';
import { ComposeDown } from './compose-down/compose-down';
import { DanglingImagePrune } from './dangling-image-prune/dangling-image-prune';
import { NetworkPrune } from './network-prune/network-prune';
import { ShellTask } from './shell-task/shell-task';
import { StoppedContainerPrune } from './stopped-container-prune/stopped-container-prune';
import { UnusedImagePrune } from './unused-image-prune/unused-image-prune';
import { VolumePrune } from './volume-prune/volume-prune';

/**
 * Every kind of task, by the name of its class. When you add a kind here, the compiler and the tests name each place that
 * must follow: the app, the tests and the documentation.
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
