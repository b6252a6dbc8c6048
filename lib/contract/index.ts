/**
 * What host scripts, reporter Lambda and construct share: names, a step's result, the reports, and the tables of
 * removable kinds, host outcomes, metrics and reasons.
 *
 * A host script prints one `StepResult`. The reporter turns the results of all hosts into `HostReport`s and one
 * `RunReport`. Nothing here depends on the CDK or on the AWS SDK: the Lambda's bundle contains this folder.
 */
export * from './console';
export * from './host-outcomes';
export * from './host-reasons';
export * from './kept';
export * from './metrics';
export * from './names';
export * from './no-host';
export * from './objects';
export * from './reasons';
export * from './removable';
export * from './report';
export * from './reporter-reasons';
export * from './sigterm';
export * from './step-result';
export * from './text';
export * from './warnings';
