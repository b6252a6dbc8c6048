import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SendCommandRequest } from '@aws-sdk/client-ssm';

/** The parts of the deployed stack that a run needs, taken from its template. */
export interface Deployment {
  /** The Command document's content. */
  readonly document: unknown;
  /** The request that the schedule sends to Systems Manager. */
  readonly request: SendCommandRequest;
  readonly reporter: {
    readonly environment: Readonly<Record<string, string>>;
    readonly timeoutSeconds: number;
  };
}

export interface SynthesisOptions {
  readonly dryRun: boolean;
  /** Whether images are removed at any age, unlike in `cdk.json`. @default false */
  readonly youngImagesToo?: boolean;
  readonly signal?: AbortSignal;
}

type Json = Readonly<Record<string, unknown>>;

const ROOT = join(__dirname, '..', '..');

/** Synthesises the shipped app with the context of `cdk.json`, as `npx cdk deploy` does. */
export async function synthesise(options: SynthesisOptions): Promise<Deployment> {
  const cdkOut = await mkdtemp(join(tmpdir(), 'docker-housekeeping-cdk-'));
  try {
    const context = await shippedContext(options);
    await promisify(execFile)(process.execPath, ['--import', 'tsx', 'bin/docker-housekeeping.ts'], {
      cwd: ROOT,
      env: { ...process.env, CDK_OUTDIR: cdkOut, CDK_CONTEXT_JSON: JSON.stringify(context) },
      ...(options.signal && { signal: options.signal }),
    });
    const template = await readFile(join(cdkOut, 'DockerHousekeeping.template.json'), 'utf8');
    return readTemplate(JSON.parse(template) as Json);
  } finally {
    await rm(cdkOut, { recursive: true, force: true });
  }
}

async function shippedContext({ dryRun, youngImagesToo = false }: SynthesisOptions): Promise<Json> {
  const { context } = JSON.parse(await readFile(join(ROOT, 'cdk.json'), 'utf8')) as {
    readonly context: Json & { readonly housekeeping: { readonly tasks: readonly Json[] } };
  };
  const { housekeeping } = context;
  const tasks = housekeeping.tasks.map((task) =>
    youngImagesToo && task.type === 'DanglingImagePrune' ? { ...task, olderThan: 'PT0S' } : task,
  );
  return { ...context, housekeeping: { ...housekeeping, tasks, dryRun } };
}

function readTemplate(template: Json): Deployment {
  const resources = Object.values(template.Resources as Record<string, Resource>);
  const document = only(resources, 'AWS::SSM::Document');
  const { Input } = only(resources, 'AWS::Scheduler::Schedule').Target as Json;
  const reporter = only(resources, 'AWS::Lambda::Function');
  const { Variables } = reporter.Environment as Json;
  return {
    document: document.Content,
    request: JSON.parse(resolve(Input)) as SendCommandRequest,
    reporter: {
      environment: Object.fromEntries(
        Object.entries(Variables as Json).map(([name, value]) => [name, resolve(value)]),
      ),
      timeoutSeconds: reporter.Timeout as number,
    },
  };
}

interface Resource {
  readonly Type: string;
  readonly Properties: Json;
}

function only(resources: readonly Resource[], type: string): Json {
  const found = resources.filter(({ Type }) => Type === type);
  if (found[0] === undefined || found.length > 1) {
    throw new Error(`the app's template has ${found.length} resources of type ${type}, expected one`);
  }
  return found[0].Properties;
}

/** The values that CloudFormation would fill in. A resource's physical name is its logical id here. */
function resolve(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref: reference, 'Fn::Join': join } = value as { readonly Ref?: string; readonly 'Fn::Join'?: Join };
  if (reference !== undefined) return reference;
  if (join !== undefined) return join[1].map(resolve).join(join[0]);
  throw new Error(`the app's template has ${JSON.stringify(value)}, which is not resolved here`);
}

type Join = readonly [separator: string, parts: readonly unknown[]];
