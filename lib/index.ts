export { DockerHosts } from './docker-hosts';
export { DockerHousekeeping } from './docker-housekeeping';
export { type DockerHousekeepingProps } from './docker-housekeeping-props';
export { type HostOutputSettings } from './host-output';
export { type AlarmSettings, type HousekeepingAlarms } from './monitoring/alarm-settings';
export { ReportedMetrics } from './monitoring/metrics';
export { NotifyOn } from './run-reporter';
export { BuildCachePrune, type BuildCachePruneProps } from './tasks/build-cache-prune/build-cache-prune';
export { ComposeDown, type ComposeDownProps } from './tasks/compose-down/compose-down';
export {
  DanglingImagePrune,
  type DanglingImagePruneProps,
} from './tasks/dangling-image-prune/dangling-image-prune';
export { NetworkPrune, type NetworkPruneProps } from './tasks/network-prune/network-prune';
export { ShellTask, type ShellTaskProps } from './tasks/shell-task/shell-task';
export {
  StoppedContainerPrune,
  type StoppedContainerPruneProps,
} from './tasks/stopped-container-prune/stopped-container-prune';
export { HousekeepingTask, type HousekeepingTaskProps } from './tasks/task';
export { UnusedImagePrune, type UnusedImagePruneProps } from './tasks/unused-image-prune/unused-image-prune';
export { VolumePrune, type VolumePruneProps } from './tasks/volume-prune/volume-prune';
