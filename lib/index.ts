export { DockerHosts } from './docker-hosts';
export { DockerHousekeeping, type DockerHousekeepingProps } from './docker-housekeeping';
export { ComposeDown, type ComposeDownProps } from './tasks/compose-down';
export { DanglingImagePrune, type DanglingImagePruneProps } from './tasks/dangling-image-prune';
export { HousekeepingTask, type HousekeepingTaskProps } from './tasks/task';
