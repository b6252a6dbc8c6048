/** What carries this label is never touched, by any task. */
export const KEEP_LABEL = 'docker-housekeeping.keep';

/** The document's first step, which says what the host is. */
export const HOST_STEP = 'host';

/** The document's only run-time parameter. */
export const DRY_RUN_PARAMETER = 'DryRun';

/**
 * Environment variables of the reporter, all set by the construct. `notifyTopic`
 * is absent without a topic; `notifyOn` is `every-run` or `attention`.
 */
export const REPORTER_ENVIRONMENT = {
  reportLogGroup: 'REPORT_LOG_GROUP',
  housekeeping: 'HOUSEKEEPING',
  documentName: 'DOCUMENT_NAME',
  claimTimeoutSeconds: 'CLAIM_TIMEOUT_SECONDS',
  notifyTopic: 'NOTIFY_TOPIC_ARN',
  notifyOn: 'NOTIFY_ON',
} as const;

/** One namespace for all metrics. */
export const METRIC_NAMESPACE = 'DockerHousekeeping';
/** The one dimension; its value is the construct's path. */
export const METRIC_DIMENSION = 'Housekeeping';
