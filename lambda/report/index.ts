import type { Context, EventBridgeEvent } from 'aws-lambda';
import { withClients } from './clients';
import { InFlight, findCommand } from './collect';
import { reportRun } from './report-run';
import type { Reported } from './report-run';
import { readDocumentName, readSettings } from './settings';
import { sweep } from './sweep';
import type { Swept } from './sweep';

const COMMAND_EVENT = 'EC2 Command Status-change Notification';
const SWEEP_EVENT = 'Scheduled Event';

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html */
export type CommandEvent = EventBridgeEvent<typeof COMMAND_EVENT, { readonly 'command-id': string }>;
/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
export type SweepEvent = EventBridgeEvent<typeof SWEEP_EVENT, Record<string, never>>;

/**
 * Up to this age of an event, a failed invocation throws, and Lambda delivers the event again about 1
 * and 2 minutes later. The sweep reports what cannot be reported by then.
 */
const RETRIED_SECONDS = 150;

/**
 * Reports the run of a command's event. On a sweep event, reports every run that has no report.
 *
 * @throws when that cannot be done now; Lambda then delivers the event again
 */
export async function handler(event: CommandEvent | SweepEvent, context: Context): Promise<Reported | Swept> {
  const started = Date.now();
  const log = (line: object): void =>
    console.log(JSON.stringify({ ...line, seconds: (Date.now() - started) / 1000 }));
  try {
    const done = await handle(event, context);
    log({ level: 'INFO', ...done });
    return done;
  } catch (error) {
    log({ level: 'ERROR', outcome: 'not reported', detail: event.detail, error: String(error) });
    throw error;
  }
}

async function handle(event: CommandEvent | SweepEvent, context: Context): Promise<Reported | Swept> {
  if (event['detail-type'] === SWEEP_EVENT) {
    const documentName = readDocumentName(process.env);
    const settings = readSettings(process.env, context);
    return withClients((clients) =>
      sweep(clients, documentName, settings, () => context.getRemainingTimeInMillis()),
    );
  }
  const done = await reportOne(readCommandId(event), context);
  const retried = Date.now() - Date.parse(event.time) < RETRIED_SECONDS * 1000;
  if ('message' in done && retried) throw new Error(done.message);
  return done;
}

async function reportOne(commandId: string, context: Context): Promise<Reported> {
  const settings = readSettings(process.env, context);
  return withClients(async (clients) => {
    try {
      return await reportRun(clients, await findCommand(clients.ssm, commandId), settings);
    } catch (error) {
      if (!(error instanceof InFlight)) throw error;
      return { outcome: 'in flight', commandId, message: error.message };
    }
  });
}

function readCommandId(event: CommandEvent): string {
  const commandId: unknown = event.detail?.['command-id'];
  if (typeof commandId !== 'string' || commandId === '') {
    throw new Error(
      `event has no detail["command-id"]: got ${JSON.stringify(event.detail)}; ` +
        `send "${COMMAND_EVENT}" events of aws.ssm, or "${SWEEP_EVENT}" events of aws.events, only`,
    );
  }
  return commandId;
}
