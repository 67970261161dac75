import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { Heap, type HeapEntry } from './heap.ts';

interface Entry extends HeapEntry {
  value: number;
}

test('gives entries in order whatever is pushed, changed and removed', () => {
  const change = fc.record({ index: fc.nat(60), value: fc.option(fc.nat(100)) });
  fc.assert(
    fc.property(
      fc.array(fc.nat(100), { minLength: 20, maxLength: 60 }),
      fc.array(change, { maxLength: 60 }),
      (values, changes) => {
        const heap = new Heap<Entry>((a, b) => a.value < b.value);
        let entries = values.map((value): Entry => ({ value, heapIndex: -1 }));
        entries.forEach((entry) => heap.push(entry));

        for (const { index, value } of changes) {
          const entry = entries[index];
          if (entry !== undefined && value === null) {
            heap.remove(entry);
            entries = entries.filter((candidate) => candidate !== entry);
          } else if (entry !== undefined && value !== null) {
            entry.value = value;
            heap.update(entry);
          }
        }

        const order = Array.from({ length: heap.size }, () => heap.pop()!.value);
        expect(order).toEqual(entries.map(({ value }) => value).sort((a, b) => a - b));
        expect(heap.pop()).toBeUndefined();
      },
    ),
    { numRuns: 500 },
  );
});
