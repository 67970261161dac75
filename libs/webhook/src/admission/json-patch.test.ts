import { describe, expect, test } from '@jest/globals';
import type { JsonPatchOperation } from '@tke/kube-client';
import fc from 'fast-check';

import { jsonPatch } from './json-patch.ts';

/** RFC 6902 for the three operations that are ever made, after its text and not after the code under test. */
function apply(document: unknown, operations: readonly JsonPatchOperation[]): unknown {
  const holder = { root: structuredClone(document) };
  for (const operation of operations) {
    const tokens = operation.path.split('/').map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
    const path = ['root', ...tokens.slice(1)];
    const last = path.pop()!;
    const parent = path.reduce<object>((node, token) => member(node, token) as object, holder);
    if (operation.op !== 'add') {
      member(parent, last); // 4.2, 4.3: the target must exist
    }
    if (operation.op === 'remove') {
      Reflect.deleteProperty(parent, last);
    } else if (operation.op === 'add' || operation.op === 'replace') {
      const { value } = operation;
      Object.defineProperty(parent, last, { value, enumerable: true, configurable: true, writable: true });
    }
  }
  return holder.root;
}

function member(object: object, key: string): unknown {
  expect(Object.hasOwn(object, key)).toBe(true);
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

describe('jsonPatch', () => {
  test.each<[string, unknown, unknown, JsonPatchOperation[]]>([
    ['equal objects', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    [
      'a default in an object that is there',
      { spec: { a: 1 } },
      { spec: { a: 1, b: 2 } },
      [{ op: 'add', path: '/spec/b', value: 2 }],
    ],
    ['a whole object', {}, { spec: { a: 1 } }, [{ op: 'add', path: '/spec', value: { a: 1 } }]],
    ['a changed value', { a: 1 }, { a: 2 }, [{ op: 'replace', path: '/a', value: 2 }]],
    ['null made a value', { a: null }, { a: 'x' }, [{ op: 'replace', path: '/a', value: 'x' }]],
    ['a value made null', { a: 'x' }, { a: null }, [{ op: 'replace', path: '/a', value: null }]],
    ['a removed key', { a: 1, b: 2 }, { b: 2 }, [{ op: 'remove', path: '/a' }]],
    ['a key set to undefined', { a: 1 }, { a: undefined }, [{ op: 'remove', path: '/a' }]],
    ['an undefined key added', {}, { a: undefined }, []],
    ['an array, as a whole', { a: [1, 2] }, { a: [1, 2, 3] }, [{ op: 'replace', path: '/a', value: [1, 2, 3] }]],
    ['an object made an array', { a: {} }, { a: [] }, [{ op: 'replace', path: '/a', value: [] }]],
    [
      'keys with / and ~',
      { 'a/b': 1 },
      { 'a/b': 2, 'c~d/e': 3 },
      [
        { op: 'replace', path: '/a~1b', value: 2 },
        { op: 'add', path: '/c~0d~1e', value: 3 },
      ],
    ],
    ['an empty key', {}, { '': 1 }, [{ op: 'add', path: '/', value: 1 }]],
  ])('%s', (_what, before, after, operations) => {
    expect(jsonPatch(before, after)).toEqual(operations);
  });

  test('applied to what it was made from gives what it was made for', () => {
    const json = () => fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
    fc.assert(
      fc.property(json(), json(), (before, after) => {
        expect(apply(before, jsonPatch(before, after))).toEqual(after);
        expect(jsonPatch(after, structuredClone(after))).toEqual([]);
      }),
    );
  });
});

test('an object of which much goes is replaced as a whole, however much it is', () => {
  const many = Object.fromEntries(Array.from({ length: 200_000 }, (_, at) => [`k${at}`, 'x']));
  expect(jsonPatch({ a: { ...many, b: 1 }, c: 2 }, { a: { b: 1 }, c: 2 })).toEqual([
    { op: 'replace', path: '/a', value: { b: 1 } },
  ]);
  expect(jsonPatch({ a: {} }, { a: many })).toHaveLength(200_000);
});
