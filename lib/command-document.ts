import { Stack } from 'aws-cdk-lib';
import type { PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { DISK_STEP, DRY_RUN_PARAMETER, HOST_STEP } from './contract';
import type { DockerHosts } from './docker-hosts';
import { DRY_RUN_LINE, renderDiskStep, renderHostStep, renderTaskStep } from './host/script';
import type { HousekeepingTask } from './tasks/task';
import { refuse } from './validation';

/** The part of a Command document, schema 2.2, that this project uses. */
export interface CommandDocumentContent {
  readonly schemaVersion: '2.2';
  readonly description: string;
  readonly parameters: Record<string, unknown>;
  readonly mainSteps: CommandDocumentStep[];
}

/** One script that runs on every host. */
export interface CommandDocumentStep {
  readonly action: 'aws:runShellScript';
  readonly name: string;
  readonly precondition: { readonly StringEquals: [string, string] };
  readonly inputs: {
    /** In seconds, as a string: the plugin's type for this property. */
    readonly timeoutSeconds: string;
    /** The script's lines. */
    readonly runCommand: string[];
  };
}

/** The size of the largest document that Systems Manager accepts, in bytes. */
export const MAX_DOCUMENT_BYTES = 65_536;

/** Short, because the steps `host` and `disk` only ask for facts, and an Engine that hangs must not delay the tasks. */
const FACTS_SECONDS = 60;

/**
 * Builds the Command document that runs these tasks.
 *
 * Its first step, `host`, stores the scripts on the host and reports facts about the host. After it, each task has one step,
 * in the order given. The last step, `disk`, measures the disk again. If a step fails, the steps after it still run.
 *
 * @throws if there is no task, two tasks have the same name, or the document is too large
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
 */
export function commandDocument(tasks: readonly HousekeepingTask[]): CommandDocumentContent {
  refuseUnusableTasks(tasks);
  const content: CommandDocumentContent = {
    schemaVersion: '2.2',
    description: 'Docker housekeeping: cleans a Docker host and reports what it did',
    parameters: {
      [DRY_RUN_PARAMETER]: {
        type: 'String',
        description: 'true: only report what would be removed',
        default: 'false',
        allowedValues: ['true', 'false'],
        // The SSM Agent enforces only this pattern, and does not anchor it.
        allowedPattern: '^(true|false)$',
      },
    },
    mainSteps: [
      step(
        HOST_STEP,
        FACTS_SECONDS,
        renderHostStep(
          HOST_STEP,
          FACTS_SECONDS,
          tasks.map((task) => task._script),
        ),
      ),
      ...tasks.map((task) => {
        const seconds = task.timeout.toSeconds();
        return step(task.name, seconds, renderTaskStep(task.name, seconds, task._script));
      }),
      step(DISK_STEP, FACTS_SECONDS, renderDiskStep(DISK_STEP, FACTS_SECONDS)),
    ],
  };
  refuseInterpolation(content);
  refuseTooLarge(content);
  return content;
}

/** The Command document of one `DockerHousekeeping`. */
export class CommandDocument extends Construct {
  public readonly documentName: string;
  public readonly documentArn: string;

  public constructor(scope: Construct, id: string, tasks: readonly HousekeepingTask[]) {
    super(scope, id);
    const document = new CfnDocument(this, 'Resource', {
      documentType: 'Command',
      documentFormat: 'JSON',
      content: commandDocument(tasks),
      updateMethod: 'NewVersion',
    });
    this.documentName = document.ref;
    this.documentArn = CfnDocument.arnForDocument(document);
  }

  /**
   * The permissions that a principal needs to send this document to these hosts, and nothing else.
   *
   * Documents and instances need separate statements: a condition on instance tags is never true for a document.
   */
  public sendPermissions(
    hosts: DockerHosts,
  ): Required<Pick<PolicyStatementProps, 'actions' | 'resources' | 'conditions'>>[] {
    const instances = Stack.of(this).formatArn({ service: 'ec2', resource: 'instance', resourceName: '*' });
    const actions = ['ssm:SendCommand'];
    return [
      { actions, resources: [this.documentArn], conditions: {} },
      { actions, resources: [instances], conditions: hosts._condition() },
    ];
  }
}

function step(name: string, timeoutSeconds: number, runCommand: string[]): CommandDocumentStep {
  return {
    action: 'aws:runShellScript',
    name,
    precondition: { StringEquals: ['platformType', 'Linux'] },
    inputs: { timeoutSeconds: String(timeoutSeconds), runCommand },
  };
}

function refuseUnusableTasks(tasks: readonly HousekeepingTask[]): void {
  const given: unknown = tasks;
  if (!Array.isArray(given)) {
    refuse(
      'tasks',
      tasks,
      'is not a list',
      "give a list of tasks, e.g. [new ComposeDown({ project: 'todobackend' })]",
    );
  }
  if (tasks.length === 0) {
    refuse('tasks', tasks, 'is empty', 'give at least one task');
  }
  // Unlike forEach(), Array.from() does not skip the holes of a sparse array.
  const names = Array.from(tasks, (task: HousekeepingTask | undefined, index) => {
    if (task?._script === undefined) {
      refuse(
        `tasks[${index}]`,
        task,
        'is not a task',
        "give a task, e.g. new ComposeDown({ project: 'todobackend' })",
      );
    }
    return task.name;
  });
  names.forEach((name, index) => {
    const first = names.indexOf(name);
    if (first < index) {
      const problem = `is also the name of tasks[${first}]`;
      refuse(`tasks[${index}].name`, name, problem, "give one of the two tasks another 'name'");
    }
  });
}

/** Refuses `{{` in a script, because Systems Manager would replace it. In the user's values it is refused before. */
function refuseInterpolation(content: CommandDocumentContent): void {
  for (const { name, inputs } of content.mainSteps) {
    const lines = inputs.runCommand.flatMap((text) => text.split('\n'));
    const line = lines.find((line) => line !== DRY_RUN_LINE && line.includes('{{'));
    if (line !== undefined) {
      refuse(
        `script of step ${JSON.stringify(name)}`,
        line,
        "contains '{{', the beginning of a Systems Manager parameter",
        'build Go templates from single braces',
      );
    }
  }
}

function refuseTooLarge(content: CommandDocumentContent): void {
  const size = bytes(content);
  if (size > MAX_DOCUMENT_BYTES) {
    const sizes = content.mainSteps.map((step) => `${step.name} ${bytes(step)}`).join(', ');
    throw new Error(
      `tasks: got a Command document of ${size} bytes (${sizes}), which is more than the ${MAX_DOCUMENT_BYTES} bytes that ` +
        'Systems Manager accepts; spread the tasks over several DockerHousekeeping constructs whose runs do not overlap, ' +
        'because a host does one run at a time',
    );
  }
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
