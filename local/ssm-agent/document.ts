/** A step of a Command document, in the form that this runner accepts. */
export interface DocumentStep {
  readonly name: string;
  /** The lines of the script; the only action is `aws:runShellScript`. */
  readonly runCommand: readonly string[];
  readonly timeoutSeconds: number;
  /** False if a precondition names another platform than Linux. */
  readonly forLinux: boolean;
}

/** Values of a command's parameters, as in `SendCommand`: a string is a list of one element. */
export type ParameterValues = Readonly<Record<string, readonly string[]>>;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads the steps of a Command document of schema 2.2, and fills in the parameters as the API and the SSM
 * Agent do.
 *
 * It accepts only what this project's documents use, and throws on everything else. A runner that ignored an
 * input would prove nothing about hosts that use it.
 *
 * @see
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
 */
export function documentSteps(content: unknown, values: ParameterValues): DocumentStep[] {
  const document = object(content, 'document', ['schemaVersion', 'description', 'parameters', 'mainSteps']);
  if (document.schemaVersion !== '2.2') {
    throw new Error(`schemaVersion is ${JSON.stringify(document.schemaVersion)}, this runner takes "2.2"`);
  }
  if (!Array.isArray(document.mainSteps) || document.mainSteps.length === 0) {
    throw new Error('mainSteps is missing or empty, a document needs at least one step');
  }
  const parameters = resolveParameters(object(document.parameters ?? {}, 'parameters'), values);
  return document.mainSteps.map((step) => documentStep(step, parameters));
}

function documentStep(given: unknown, parameters: ReadonlyMap<string, string>): DocumentStep {
  const step = object(given, 'step', ['action', 'name', 'precondition', 'inputs']);
  const name = text(step.name, 'step name');
  if (step.action !== 'aws:runShellScript') {
    throw new Error(
      `action of step ${name} is ${JSON.stringify(step.action)}, expected "aws:runShellScript"`,
    );
  }
  const inputs = object(step.inputs, `inputs of step ${name}`, ['runCommand', 'timeoutSeconds']);
  if (!Array.isArray(inputs.runCommand)) throw new Error(`runCommand of step ${name} is not a list`);
  const runCommand = inputs.runCommand.map((line) => substitute(text(line, `a line of ${name}`), parameters));
  const timeout = substitute(text(inputs.timeoutSeconds ?? '', `timeoutSeconds of ${name}`), parameters);
  return { name, runCommand, timeoutSeconds: validTimeout(timeout), forLinux: forLinux(step.precondition) };
}

/** Returns every value that a step may use: from the command, otherwise the default. */
function resolveParameters(declared: Json, values: ParameterValues): Map<string, string> {
  for (const name of Object.keys(values)) {
    if (!(name in declared)) throw new Error(`parameter ${JSON.stringify(name)} is not in the document`);
  }
  return new Map(
    Object.entries(declared).map(([name, declaration]) => {
      const known = ['type', 'description', 'default', 'allowedValues', 'allowedPattern'];
      const parameter = object(declaration, `parameter ${name}`, known);
      if (!/^[a-zA-Z0-9]+$/.test(name)) {
        throw new Error(`parameter ${JSON.stringify(name)} is not alphanumeric, the agent would drop it`);
      }
      if (parameter.type !== 'String') throw new Error(`parameter ${name} is not of type String`);
      const given = values[name];
      if (given !== undefined && given.length !== 1) {
        throw new Error(`parameter ${name} has ${given.length} values, a String takes one`);
      }
      const value = text(given?.[0] ?? parameter.default, `parameter ${name}`);
      refuseForbidden(name, value, parameter);
      return [name, value];
    }),
  );
}

function refuseForbidden(name: string, value: string, { allowedValues, allowedPattern }: Json): void {
  if (Array.isArray(allowedValues) && !allowedValues.includes(value)) {
    throw new Error(`parameter ${name} is ${JSON.stringify(value)}, not one of ${allowedValues.join(', ')}`);
  }
  // The pattern is not anchored, because the agent does not anchor it either.
  if (typeof allowedPattern === 'string' && !new RegExp(allowedPattern).test(value)) {
    throw new Error(`parameter ${name} is ${JSON.stringify(value)}, it does not match ${allowedPattern}`);
  }
}

/** Replaces the placeholders once, so that it expands no placeholder in a value. */
function substitute(line: string, parameters: ReadonlyMap<string, string>): string {
  return line.replace(/\{\{\s*([a-zA-Z0-9]+)\s*\}\}/g, (whole, name: string) =>
    (parameters.get(name) ?? whole).replaceAll('$$', '$'),
  );
}

/** Reads a timeout. If the value is out of range or not a number, the agent uses an hour instead of failing. */
function validTimeout(given: string): number {
  const seconds = Math.trunc(Number(given));
  return seconds >= 5 && seconds <= 172_800 ? seconds : 3600;
}

function forLinux(precondition: unknown): boolean {
  if (precondition === undefined) return true;
  const { StringEquals: operands } = object(precondition, 'precondition', ['StringEquals']);
  if (!Array.isArray(operands) || operands.length !== 2 || operands[0] !== 'platformType') {
    throw new Error(`precondition is ${JSON.stringify(precondition)}, this runner takes platformType only`);
  }
  return operands[1] === 'Linux';
}

function object(value: unknown, what: string, known?: readonly string[]): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${what} is ${JSON.stringify(value)}, expected an object`);
  }
  const unknown = known && Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new Error(`${what} has ${unknown}, which this runner does not know`);
  return value as Json;
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Error(`${what} is ${JSON.stringify(value)}, expected a string`);
  return value;
}
