import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';

import { ItemScanner } from './item-scanner.ts';

jest.setTimeout(30_000);

function scan(bytes: Buffer, cuts: readonly number[]): { items: unknown[]; envelope: unknown } {
  const scanner = new ItemScanner();
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const items = borders.slice(1).flatMap((end, index) => [...scanner.scan(bytes.subarray(borders[index], end))]);
  return { items: items.map((text) => JSON.parse(text) as unknown), envelope: JSON.parse(scanner.envelope) as unknown };
}

// Text that brackets, quotes, escapes and characters of two to four bytes make hard to cut.
const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '{', '}', '[', ']', ',', ':', 'é', '€', '😀', '\n') });
const value = fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' });
const object = fc.dictionary(text, fc.oneof(text, value), { maxKeys: 4 });
const cuts = fc.array(fc.nat(), { maxLength: 12 });

describe('the scanner', () => {
  test('finds what JSON.parse finds, wherever the bytes are cut and whatever order the keys have', () => {
    const rest = (prefix: string, entries: object) =>
      Object.fromEntries(Object.entries(entries).map(([name, entry]) => [`${prefix}${name}`, entry as unknown]));
    const lists = fc.record({ items: fc.array(object), before: object, after: object, indent: fc.nat(2), at: cuts });
    fc.assert(
      fc.property(lists, ({ items, before, after, indent, at }) => {
        const list = { ...rest('<', before), items, ...rest('>', after), metadata: { resourceVersion: '1' } };
        const json = JSON.stringify(list, null, indent);
        const expected = JSON.parse(json) as typeof list;
        expect(scan(Buffer.from(json), at)).toEqual({ items: expected.items, envelope: { ...expected, items: [] } });
      }),
      { numRuns: 300 },
    );
  });

  test('leaves arrays called items elsewhere alone', () => {
    const list = { metadata: { items: [1] }, other: [{ items: [2] }], items: [{ items: [{ items: [] }] }] };
    const { items, envelope } = scan(Buffer.from(JSON.stringify(list)), []);
    expect(items).toEqual(list.items);
    expect(envelope).toEqual({ ...list, items: [] });
  });

  test.each(['{"items":null}', '{}', '{"items":[]}'])('takes %s for a list without items', (list) => {
    expect(scan(Buffer.from(list), [3]).items).toEqual([]);
  });

  test.each(['{"items":[1]}', '{"items":["a"]}', '{"items":[{},null]}', '{"items":[[]]}', '{"items":[{}{"a":1} x]}'])(
    'does not lose in silence what is no object: %s',
    (list) => {
      expect(() => scan(Buffer.from(list), [])).toThrow(SyntaxError);
    },
  );

  test('notices every truncation', () => {
    const whole = Buffer.from('{"kind":"L","items":[{"a":"x"},{"b":[1]}],"metadata":{"c":1}}');
    for (let length = 0; length < whole.length; length++) {
      expect(() => scan(whole.subarray(0, length), [])).toThrow(SyntaxError);
    }
  });
});
