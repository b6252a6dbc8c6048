import { KEPT, MAX_RESULT_BYTES, REMOVABLE } from '../../lib/contract';
import type {
  DiskUse,
  HostFacts,
  KilledContainer,
  PassedOver,
  Removed,
  StepResult,
} from '../../lib/contract';

/**
 * A host can print anything, so no part of a step's output is trusted. The shapes below are mapped over
 * the contract's types: a member that you add there and do not check here does not compile.
 */
type Guard<T> = (value: unknown) => value is T;
type Field<T> = { readonly guard: Guard<T>; readonly optional: boolean };
type Shape<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K>
    ? Field<Exclude<T[K], undefined>> & { readonly optional: true }
    : Field<T[K]> & { readonly optional: false };
};

function required<T>(guard: Guard<T>): Field<T> & { readonly optional: false } {
  return { guard, optional: false };
}

function optional<T>(guard: Guard<T>): Field<T> & { readonly optional: true } {
  return { guard, optional: true };
}

const text: Guard<string> = (value): value is string => typeof value === 'string';
const flag: Guard<boolean> = (value): value is boolean => typeof value === 'boolean';
/** Also has an upper bound, so that the sum over a fleet is finite. */
const amount: Guard<number> = (value): value is number =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
const count: Guard<number> = (value): value is number => amount(value) && Number.isInteger(value);

function oneOf<T>(...allowed: readonly T[]): Guard<T> {
  return (value): value is T => (allowed as readonly unknown[]).includes(value);
}

function listOf<T>(item: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(item);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf<T>(shape: Shape<T>): Guard<T> {
  const fields = Object.entries<Field<unknown>>(shape);
  return (value): value is T =>
    isRecord(value) &&
    fields.every(([name, { guard, optional }]) =>
      Object.hasOwn(value, name) ? guard(value[name]) : optional,
    );
}

function amounts<K extends string>(...names: readonly K[]): Guard<Partial<Record<K, number>>> {
  return (value): value is Partial<Record<K, number>> =>
    isRecord(value) && names.every((name) => !Object.hasOwn(value, name) || amount(value[name]));
}

const removed: Guard<Removed> = amounts(...REMOVABLE);
const passedOver: Guard<PassedOver> = amounts(...KEPT);

const killed = objectOf<KilledContainer>({
  project: required(text),
  service: required(text),
  container: required(text),
  grace: required(amount),
});

const DISK_USE: Shape<DiskUse> = { diskPercent: optional(amount), inodePercent: optional(amount) };

const hostFacts = objectOf<HostFacts>({
  ...DISK_USE,
  engine: required(text),
  store: required(oneOf('classic', 'containerd')),
  compose: required(text),
  images: required(amount),
  containers: required(amount),
  danglingImages: optional(amount),
  volumes: optional(amount),
});

const stepResult = objectOf<StepResult>({
  v: required(oneOf(1)),
  task: required(text),
  outcome: required(oneOf('done', 'nothing', 'skipped', 'failed')),
  dryRun: required(flag),
  seconds: required(amount),
  reason: optional(text),
  message: optional(text),
  removed: optional(removed),
  bytesReclaimed: optional(amount),
  sizeOfRemoved: optional(amount),
  passedOver: optional(passedOver),
  objects: optional(count),
  killed: optional(listOf(killed)),
  killedOmitted: optional(amount),
  left: optional(listOf(text)),
  leftOmitted: optional(amount),
  warnings: optional(listOf(text)),
  host: optional(hostFacts),
  disk: optional(objectOf(DISK_USE)),
});

/**
 * Reads the result from a step's output as Systems Manager keeps it. The first line is the result; the
 * objects follow, and what the agent adds.
 *
 * @returns undefined when the first line is not a result that keeps the contract
 */
export function parseStepResult(output: string): StepResult | undefined {
  const line = output.split('\n', 1)[0] ?? '';
  // The limit also bounds every string in the result.
  if (Buffer.byteLength(line) > MAX_RESULT_BYTES) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!stepResult(value)) return undefined;
  const needsReason = value.outcome === 'skipped' || value.outcome === 'failed';
  return needsReason && !value.reason ? undefined : value;
}
