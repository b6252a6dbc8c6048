/** No task removes an object that carries this label. */
export const KEEP_LABEL = 'docker-housekeeping.keep';

/** The document's first step, which reports facts about the host. */
export const HOST_STEP = 'host';

/** The document's last step, which measures the disk again after all tasks. */
export const DISK_STEP = 'disk';

/** The steps of the document that are not tasks. */
export const FIXED_STEPS: readonly string[] = [HOST_STEP, DISK_STEP];

/** What a command that the schedule sent has before its execution id, in its comment. */
export const SCHEDULE_COMMENT = 'schedule ';

/** The document's only run-time parameter. */
export const DRY_RUN_PARAMETER = 'DryRun';

/**
 * Environment variables of the reporter, which the construct sets. Without a topic, `notifyTopic` and `notifyOn` are absent;
 * `notifyOn` is `every-run` or `attention`. Without output in CloudWatch Logs, `hostOutputLogGroup` is absent.
 */
export const REPORTER_ENVIRONMENT = {
  reportLogGroup: 'REPORT_LOG_GROUP',
  housekeeping: 'HOUSEKEEPING',
  documentName: 'DOCUMENT_NAME',
  claimTimeoutSeconds: 'CLAIM_TIMEOUT_SECONDS',
  notifyTopic: 'NOTIFY_TOPIC_ARN',
  notifyOn: 'NOTIFY_ON',
  hostOutputLogGroup: 'HOST_OUTPUT_LOG_GROUP',
} as const;

/** One namespace for all metrics. */
export const METRIC_NAMESPACE = 'DockerHousekeeping';
/** The one dimension; its value is the construct's path. */
export const METRIC_DIMENSION = 'Housekeeping';
