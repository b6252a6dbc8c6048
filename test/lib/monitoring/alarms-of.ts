import type { Resource, housekeepingStack } from '../stack';
import { resources } from '../stack';

export const NAMES = [
  'HostsFailed',
  'HostsUnreachable',
  'NoHosts',
  'DiskStillFull',
  'NoReport',
  'NotSent',
  'ReporterFailing',
];

/** The largest age of a nightly run: a day, and the time that the run may take. */
export const NIGHTLY_SECONDS = 24 * 3600 + (15 + 30 + 10 + 2 * 10) * 60 + 3 * 3600;

/** The alarms of a stack, by the ids of their constructs. */
export function alarms({
  stack,
  housekeeping,
  template,
}: ReturnType<typeof housekeepingStack>): Record<string, Resource['Properties']> {
  const all = Object.fromEntries(resources(template(), 'AWS::CloudWatch::Alarm'));
  return Object.fromEntries(
    Object.entries(housekeeping.alarms).map(([name, alarm]) => {
      expect(alarm.node.path).toBe(`Stack/Housekeeping/Alarms/${name}`);
      return [name, all[stack.getLogicalId(alarm.node.defaultChild as never)]!.Properties];
    }),
  );
}
