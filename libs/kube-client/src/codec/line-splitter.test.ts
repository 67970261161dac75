import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { LineSplitter } from './line-splitter.ts';

test('lines come out whole wherever the bytes are cut, also within a character', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '"'), minLength: 1 });
  fc.assert(
    fc.property(fc.array(line), line, fc.array(fc.nat(), { maxLength: 10 }), (lines, rest, cuts) => {
      const bytes = Buffer.from(`${lines.map((each) => `${each}\n`).join('')}${rest}`);
      const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const splitter = new LineSplitter();
      const found = borders.slice(1).flatMap((end, at) => [...splitter.split(bytes.subarray(borders[at], end))]);
      expect(found).toEqual(lines);
      expect(splitter.pendingBytes).toBe(Buffer.byteLength(rest));
    }),
  );
});
