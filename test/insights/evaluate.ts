import { isDeepStrictEqual } from 'node:util';
import { discover } from './discover';
import type { Fields, LogEvent, Value } from './discover';
import { parse } from './parse';
import type { Column, Command, Expression } from './parse';

/** A row of the answer. A column that a record lacks is absent. */
export type Row = Readonly<Record<string, Value>>;
type Known = Value | undefined;

const DAY = 86_400_000;

/**
 * Runs a Logs Insights query on events, as the documentation says. It throws where the documentation is
 * silent, or where no record that reaches a command has the field. An answer that rests on a guess would
 * prove nothing.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
export function evaluate(query: string, events: readonly LogEvent[]): Row[] {
  const commands = parse(query);
  checkOrder(commands);
  let records: Fields[] = events.map(discover);
  const shown = new Set<string>();
  for (const command of commands) {
    if (records.length === 0) throw new Error(`no record reaches ${JSON.stringify(command.command)}`);
    if (command.command === 'stats') shown.clear();
    if (command.command === 'fields' || command.command === 'stats') {
      for (const { name } of [...command.columns, ...('by' in command ? command.by : [])]) shown.add(name);
    }
    records = run(command, records);
  }
  return records.map((record) =>
    Object.fromEntries([...record].filter(([name]) => shown.has(name)).map(show)),
  );
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html */
function checkOrder(commands: readonly Command[]): void {
  const names = commands.map(({ command }) => command);
  if (names.filter((name) => name === 'stats').length > 2) throw new Error('more than two stats commands');
  const lastStats = names.lastIndexOf('stats');
  if (names.slice(0, Math.max(0, lastStats)).some((name) => name === 'sort' || name === 'limit')) {
    throw new Error('sort and limit must come after the last stats command');
  }
  const dedup = names.indexOf('dedup');
  if (dedup >= 0 && names.slice(dedup + 1).some((name) => name !== 'limit')) {
    throw new Error('only limit may come after dedup');
  }
}

function run(command: Command, records: readonly Fields[]): Fields[] {
  switch (command.command) {
    case 'filter':
      checkFields(command.condition, records);
      return records.filter((record) => value(command.condition, record) === true);
    case 'fields':
      command.columns.forEach(({ expression }) => checkFields(expression, records));
      return records.map((record) => new Map([...record, ...computed(command.columns, record)]));
    case 'stats':
      [...command.columns, ...command.by].forEach(({ expression }) => checkFields(expression, records));
      return stats(command.columns, command.by, records);
    case 'sort':
      checkFields({ kind: 'field', name: command.field }, records);
      return sorted(records, command.field, command.descending);
    case 'dedup': {
      checkFields({ kind: 'field', name: command.field }, records);
      const seen = new Set<Known>();
      return records.filter((record) => {
        const key = lookUp(record, command.field);
        // Null values are not considered duplicates.
        return key === undefined || (!seen.has(key) && seen.add(key));
      });
    }
    case 'unnest':
      checkFields(command.list, records);
      return records.flatMap((record) => unnest(value(command.list, record), command.into, record));
    case 'limit':
      return records.slice(0, command.count);
  }
}

/**
 * A record for each item. Whether an empty list makes a record is not documented: here it makes one without
 * the item, so that a query must not rely on either.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Unnest.html
 */
function unnest(list: Known, into: string, record: Fields): Fields[] {
  if (!Array.isArray(list)) throw new Error('unnest is for lists of jsonParse');
  if (list.length === 0) return [record];
  return (list as Value[]).map((item) => new Map([...record, [into, item]]));
}

function computed(columns: readonly Column[], record: Fields): [string, Value][] {
  return columns.flatMap(({ name, expression }) => {
    const found = value(expression, record);
    return found === undefined ? [] : [[name, found]];
  });
}

function stats(columns: readonly Column[], by: readonly Column[], records: readonly Fields[]): Fields[] {
  const groups = new Map<string, { key: [string, Value][]; members: Fields[] }>();
  for (const record of records) {
    const key = computed(by, record);
    if (key.length < by.length) throw new Error('a record lacks a field that stats groups by');
    const group = groups.get(JSON.stringify(key)) ?? { key, members: [] };
    groups.set(JSON.stringify(key), group);
    group.members.push(record);
  }
  return [...groups.values()].map(
    ({ key, members }) =>
      new Map([
        ...columns.flatMap(({ name, expression }): [string, Value][] => {
          const found = aggregate(expression, members);
          return found === undefined ? [] : [[name, found]];
        }),
        ...key,
      ]),
  );
}

function aggregate(expression: Expression, members: readonly Fields[]): Known {
  if (expression.kind === 'constant') return expression.value;
  if (expression.kind !== 'call') throw new Error('stats needs a function');
  const [first, second] = expression.operands;
  if (!first) throw new Error(`${expression.name} needs an operand`);
  const values = (): Value[] => members.flatMap((member) => value(first, member) ?? []);
  switch (expression.name) {
    case '/':
      return number(aggregate(first, members)) / number(second && aggregate(second, members));
    case 'count':
      return first.kind === 'constant' ? members.length : values().length;
    case 'count_distinct':
      return new Set(values()).size;
    case 'sum':
      return values().reduce<number>((sum, each) => sum + number(each), 0);
    case 'latest':
      return latest(first, members);
    case 'sortsFirst':
      if (values().length < members.length) throw new Error('sortsFirst: a record lacks the field');
      return values().map(string).sort(compareNaturally)[0];
    default:
      throw new Error(`unknown aggregation ${expression.name}`);
  }
}

/** The value in the record of the latest time, even if it is missing there. */
function latest(expression: Expression, members: readonly Fields[]): Known {
  const time = (member: Fields): number => number(lookUp(member, '@timestamp'));
  const newest = members.reduce((most, member) => Math.max(most, time(member)), -Infinity);
  const [found, ...others] = members
    .filter((member) => time(member) === newest)
    .map((m) => value(expression, m));
  if (others.some((other) => !isDeepStrictEqual(other, found))) {
    throw new Error('latest: several records of the latest time disagree');
  }
  return found;
}

/**
 * The order of strings: numbers in them by their length, then by their value; the rest by Unicode.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html
 */
function compareNaturally(a: string, b: string): number {
  const chunks = (text: string): string[] => text.match(/\d+|\D+/g) ?? [];
  const [first, second] = [chunks(a), chunks(b)];
  for (const [index, chunk] of first.entries()) {
    const other = second[index] ?? '';
    if (chunk === other) continue;
    const byLength = /^\d/.test(chunk) && /^\d/.test(other) ? chunk.length - other.length : 0;
    return byLength || (chunk < other ? -1 : 1);
  }
  return first.length - second.length;
}

function value(expression: Expression, record: Fields): Known {
  if (expression.kind === 'constant') return expression.value;
  if (expression.kind === 'field') return lookUp(record, expression.name);
  if (expression.kind === 'list') throw new Error('a list stands after "in" only');
  const [first, second] = expression.operands;
  if (!first) throw new Error(`${expression.name} needs an operand`);
  switch (expression.name) {
    case 'and':
      return value(first, record) === true && !!second && value(second, record) === true;
    case '=':
      return !!second && equal(value(first, record), value(second, record));
    case 'in':
      if (second?.kind !== 'list') throw new Error('in needs a list');
      return second.items.some((item) => equal(value(first, record), value(item, record)));
    case 'ispresent':
      return value(first, record) !== undefined;
    case 'coalesce':
      return expression.operands
        .map((operand) => value(operand, record))
        .find((found) => found !== undefined);
    case 'concat':
      return expression.operands.map((operand) => string(value(operand, record))).join('');
    case 'jsonParse':
      return JSON.parse(string(value(first, record))) as object;
    case 'bin': {
      if (first.kind !== 'field' || first.name !== '1d') throw new Error('bin: only 1d is known');
      const time = number(lookUp(record, '@timestamp'));
      return new Date(time - (time % DAY));
    }
    default:
      throw new Error(`unknown function ${expression.name}`);
  }
}

function lookUp(record: Fields, name: string): Known {
  const own = record.get(name);
  if (own !== undefined) return own;
  // The dot reaches into a map that jsonParse made.
  const dot = name.indexOf('.');
  let found: unknown = dot < 0 ? undefined : record.get(name.slice(0, dot));
  if (typeof found !== 'object' || found instanceof Date) return undefined;
  for (const member of name.slice(dot + 1).split('.')) {
    found = (found as Record<string, unknown> | undefined)?.[member];
  }
  return found as Known;
}

function checkFields(expression: Expression, records: readonly Fields[]): void {
  if (expression.kind === 'field') {
    if (!records.some((record) => lookUp(record, expression.name) !== undefined)) {
      throw new Error(`no record has field ${JSON.stringify(expression.name)}`);
    }
  } else if (expression.kind === 'list') {
    expression.items.forEach((item) => checkFields(item, records));
  } else if (expression.kind === 'call' && expression.name !== 'bin') {
    expression.operands.forEach((operand) => checkFields(operand, records));
  }
}

function sorted(records: readonly Fields[], field: string, descending: boolean): Fields[] {
  const key = (record: Fields): number | string => {
    const found = lookUp(record, field);
    if (found instanceof Date) return found.getTime();
    if (typeof found === 'number' || typeof found === 'string') return found;
    throw new Error(`sort: a record has no ${JSON.stringify(field)} that can be sorted by`);
  };
  const direction = descending ? -1 : 1;
  return [...records].sort((a, b) => (key(a) < key(b) ? -direction : key(a) > key(b) ? direction : 0));
}

/** The comparison of a JSON boolean is not documented. */
function equal(a: Known, b: Known): boolean {
  if (typeof a === 'boolean' || typeof b === 'boolean') throw new Error('a boolean cannot be compared');
  return a !== undefined && a === b;
}

function number(found: Known): number {
  if (found instanceof Date) return found.getTime();
  if (typeof found !== 'number') throw new Error(`expected a number, got ${JSON.stringify(found)}`);
  return found;
}

function string(found: Known): string {
  if (typeof found !== 'string') throw new Error(`expected a string, got ${JSON.stringify(found)}`);
  return found;
}

/** Times as the service writes them. */
function show([name, found]: [string, Value]): [string, Value] {
  return [name, found instanceof Date ? found.toISOString().replace('T', ' ').replace('Z', '') : found];
}
