/** An expression of the query language. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: string | number }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Expression[] };

/** An expression with the name of the column that it makes. */
export interface Column {
  readonly name: string;
  readonly expression: Expression;
}

export type Command =
  | { readonly command: 'filter'; readonly condition: Expression }
  | { readonly command: 'fields'; readonly columns: readonly Column[] }
  | { readonly command: 'stats'; readonly columns: readonly Column[]; readonly by: readonly Column[] }
  | { readonly command: 'sort'; readonly field: string; readonly descending: boolean }
  | { readonly command: 'dedup'; readonly field: string }
  | { readonly command: 'unnest'; readonly list: Expression; readonly into: string }
  | { readonly command: 'limit'; readonly count: number };

/** The most rows that a query returns. */
const MOST_ROWS = 10_000;

/**
 * Reads a query. It refuses everything that the saved queries do not use: its behaviour would have to be
 * looked up in the documentation first.
 *
 * @throws on anything unknown
 */
export function parse(query: string): Command[] {
  const tokens = new Tokens(query);
  const commands = [command(tokens)];
  while (!tokens.ended) {
    tokens.expect('|');
    commands.push(command(tokens));
  }
  return commands;
}

function command(tokens: Tokens): Command {
  const name = tokens.word('a command');
  switch (name) {
    case 'filter':
      return { command: name, condition: condition(tokens) };
    case 'fields':
      return { command: name, columns: columns(tokens) };
    case 'stats':
      return { command: name, columns: columns(tokens), by: tokens.take('by') ? columns(tokens) : [] };
    case 'sort': {
      const field = tokens.word('a field');
      const descending = tokens.take('desc');
      return { command: name, field, descending };
    }
    case 'dedup':
      return { command: name, field: tokens.word('a field') };
    case 'unnest': {
      const list = primary(tokens);
      tokens.expect('into');
      return { command: name, list, into: tokens.word('a field') };
    }
    case 'limit': {
      const count = Number(tokens.next());
      if (!(Number.isInteger(count) && count >= 1 && count <= MOST_ROWS)) {
        throw new Error(`limit must be 1 to ${MOST_ROWS}, got ${count}`);
      }
      return { command: name, count };
    }
    default:
      throw new Error(`unknown command ${JSON.stringify(name)}`);
  }
}

function columns(tokens: Tokens): Column[] {
  const all: Column[] = [];
  do {
    const start = tokens.position;
    const expression = quotient(tokens);
    const text = tokens.text(start);
    all.push({ expression, name: tokens.take('as') ? tokens.word('an alias') : text });
  } while (tokens.take(','));
  return all;
}

function condition(tokens: Tokens): Expression {
  let left = comparison(tokens);
  while (tokens.take('and')) left = call('and', left, comparison(tokens));
  return left;
}

function comparison(tokens: Tokens): Expression {
  const left = quotient(tokens);
  for (const operator of ['=', 'in']) {
    if (tokens.take(operator)) return call(operator, left, quotient(tokens));
  }
  return left;
}

function quotient(tokens: Tokens): Expression {
  let left = primary(tokens);
  while (tokens.take('/')) left = call('/', left, primary(tokens));
  return left;
}

function primary(tokens: Tokens): Expression {
  const token = tokens.next();
  if (token.startsWith('"')) return { kind: 'constant', value: token.slice(1, -1) };
  if (/^\d+$/.test(token)) return { kind: 'constant', value: Number(token) };
  if (token === '[') return { kind: 'list', items: operands(tokens, ']') };
  if (!isWord(token)) throw new Error(`expected an expression, got ${JSON.stringify(token)}`);
  if (!tokens.take('(')) return { kind: 'field', name: token };
  return { kind: 'call', name: token, operands: operands(tokens, ')') };
}

function operands(tokens: Tokens, end: string): Expression[] {
  const all: Expression[] = [];
  do {
    all.push(tokens.take('*') ? { kind: 'constant', value: '*' } : quotient(tokens));
  } while (tokens.take(','));
  tokens.expect(end);
  return all;
}

function call(name: string, ...operands: readonly Expression[]): Expression {
  return { kind: 'call', name, operands };
}

/** Field names of other characters would need backticks. */
function isWord(token: string): boolean {
  return /^[@A-Za-z][@\w.]*$/.test(token) || /^\d+[a-z]+$/.test(token);
}

class Tokens {
  position = 0;
  private readonly tokens: readonly string[];

  constructor(query: string) {
    this.tokens = query.match(/"[^"\\]*"|[@\w.]+|[|,()[\]=/*]|\S/g) ?? [];
  }

  get ended(): boolean {
    return this.position === this.tokens.length;
  }

  next(): string {
    const token = this.tokens[this.position++];
    if (token === undefined) throw new Error('the query ends too early');
    return token;
  }

  take(token: string): boolean {
    if (this.tokens[this.position] !== token) return false;
    this.position++;
    return true;
  }

  expect(token: string): void {
    const got = this.next();
    if (got !== token) throw new Error(`expected ${JSON.stringify(token)}, got ${JSON.stringify(got)}`);
  }

  word(what: string): string {
    const got = this.next();
    if (!isWord(got)) throw new Error(`expected ${what}, got ${JSON.stringify(got)}`);
    return got;
  }

  /** What was read since the position. */
  text(start: number): string {
    return this.tokens.slice(start, this.position).join('');
  }
}
