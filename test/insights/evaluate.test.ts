import { DISCOVERED, discover } from './discover';
import { evaluate } from './evaluate';
import { samples } from './samples';

const EVENTS = samples().flatMap(({ events }) => events);

describe('the evaluator refuses to guess', () => {
  test.each([
    ['filter typ = "host"', 'no record has field "typ"'],
    ['filter type = "host" | stats count(*) as n by host.engin', 'no record has field "host.engin"'],
    ['filter dryRun = "false"', 'a boolean cannot be compared'],
    ['fields upper(type) as t', 'unknown function upper'],
    ['stats median(seconds) as m', 'unknown aggregation median'],
    ['dedup instanceId | sort instanceId', 'only limit may come after dedup'],
    ['sort @timestamp desc | stats count(*) as n by type', 'sort and limit must come after the last stats'],
    ['stats count(*) as n by type | fields instanceId', 'no record has field "instanceId"'],
    ['filter type = "none" | limit 1', 'no record reaches "limit"'],
    ['limit 10001', 'limit must be 1 to 10000'],
    ['head 5', 'unknown command "head"'],
  ])('%s', (query, message) => {
    expect(() => evaluate(query, EVENTS)).toThrow(message);
  });

  test('which numbers sort first', () => {
    const events = ['i-10', 'i-9', 'j-1'].map((id) => ({
      logStream: 's',
      timestamp: 0,
      message: `{"id":"${id}"}`,
    }));
    expect(evaluate('stats sortsFirst(id) as first', events)).toEqual([{ first: 'i-9' }]);
  });

  test('whether an empty list makes a record', () => {
    const messages = ['{"list":[]}', '{"list":[{"a":1}]}'];
    const events = messages.map((message) => ({ logStream: 's', timestamp: 0, message }));
    const items = 'fields jsonParse(@message) as event | unnest event.list into item | fields item.a as a';
    expect(evaluate(items, events)).toHaveLength(2);
    expect(evaluate(`${items} | filter ispresent(a) | fields a`, events).map(({ a }) => a)).toEqual([1]);
  });

  test('a field beyond the discovered ones', () => {
    const members = Object.fromEntries(Array.from({ length: DISCOVERED }, (_, i) => [`field${i}`, i]));
    const event = {
      logStream: 's',
      timestamp: 0,
      message: JSON.stringify({ list: [{ a: null }, { b: 1 }], ...members }),
    };
    const found = discover(event);
    expect(found.get('list.1.b')).toBe(1);
    expect(found.has(`field${DISCOVERED - 2}`)).toBe(true);
    expect(found.has(`field${DISCOVERED - 1}`)).toBe(false);
  });
});
