import type { MetricName } from '../contract';

/** The metrics that the dashboard shows. The others serve alarms and your own widgets. */
export type ShownMetric = Exclude<MetricName, 'RunsReported' | 'ReportAge'>;

/**
 * The colour of each metric in every widget. No two metrics share one, so that red always means failed. All are readable on
 * white and on the dark background of the console.
 */
export const COLOURS: Readonly<Record<ShownMetric, string>> = {
  HostsTargeted: '#1f77b4',
  HostsSucceeded: '#2ca02c',
  HostsFailed: '#d62728',
  HostsTimedOut: '#ff7f0e',
  HostsUnreachable: '#9467bd',
  HostsSkipped: '#7f7f7f',
  ProjectsRemoved: '#17becf',
  ContainersRemoved: '#6baed6',
  ImagesRemoved: '#8c564b',
  VolumesRemoved: '#e377c2',
  NetworksRemoved: '#bcbd22',
  CacheRecordsRemoved: '#c49c94',
  ContainersKilled: '#ff9896',
  BytesReclaimed: '#1b9e77',
  HighestDiskUse: '#9ecae1',
  HighestDiskUseAfter: '#3182bd',
  RunDuration: '#a6761d',
};
