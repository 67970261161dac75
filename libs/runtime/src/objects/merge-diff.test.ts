import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { jsonEqual, mergeDiff } from './merge-diff.ts';

/** RFC 7386, section 2. */
function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    return patch;
  }
  const known = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  const result = new Map<string, unknown>(Object.entries(known));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      result.delete(key);
    } else {
      result.set(key, applyMergePatch(result.get(key), value));
    }
  }
  return Object.fromEntries(result);
}

describe('mergeDiff', () => {
  test.each<{ name: string; before: object; after: object; patch: object | undefined }>([
    {
      name: 'nothing when equal',
      before: { a: { b: [1, { c: 2 }] } },
      after: { a: { b: [1, { c: 2 }] } },
      patch: undefined,
    },
    {
      name: 'a changed member only',
      before: { a: 1, b: { c: 1, d: 2 } },
      after: { a: 1, b: { c: 3, d: 2 } },
      patch: { b: { c: 3 } },
    },
    { name: 'an added member', before: {}, after: { a: { b: 1 } }, patch: { a: { b: 1 } } },
    {
      name: 'a removed member as null',
      before: { a: 1, b: { c: 1 } },
      after: { b: {} },
      patch: { a: null, b: { c: null } },
    },
    { name: 'a list as a whole', before: { a: [1, 2] }, after: { a: [1, 3] }, patch: { a: [1, 3] } },
    { name: 'a list whose order changed', before: { a: [1, 2] }, after: { a: [2, 1] }, patch: { a: [2, 1] } },
    { name: 'an object that becomes a list', before: { a: {} }, after: { a: [] }, patch: { a: [] } },
    { name: 'a list that becomes an object', before: { a: [] }, after: { a: { b: 1 } }, patch: { a: { b: 1 } } },
    { name: 'an empty object that is new', before: {}, after: { a: {} }, patch: { a: {} } },
    {
      name: 'false, 0 and empty text, which are values',
      before: { a: true, b: 1, c: 'x' },
      after: { a: false, b: 0, c: '' },
      patch: { a: false, b: 0, c: '' },
    },
    {
      name: 'nothing for undefined and null, which count as absent',
      before: { a: undefined },
      after: { b: undefined, c: null },
      patch: undefined,
    },
    { name: 'null for a member that becomes undefined', before: { a: 1 }, after: { a: undefined }, patch: { a: null } },
  ])('gives $name', ({ before, after, patch }) => {
    expect(mergeDiff(before, after)).toEqual(patch);
  });

  test('always leads from the one to the other', () => {
    const json = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(1, 2, 'x', true),
        fc.array(tie('value'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
      ),
    })).value;
    const object = fc.dictionary(fc.constantFrom('a', 'b', 'c'), json);
    fc.assert(
      fc.property(object, object, (before, after) => {
        const patch = mergeDiff(before, after);
        expect(patch === undefined).toBe(jsonEqual(before, after));
        expect(applyMergePatch(before, patch ?? {})).toEqual(after);
      }),
    );
  });
});

test('jsonEqual takes no account of members that are undefined, and does of everything else', () => {
  expect(jsonEqual({ a: [{ b: undefined }] }, { a: [{}], c: undefined })).toBe(true);
  expect(jsonEqual({ a: null }, {})).toBe(false);
  expect(jsonEqual([], {})).toBe(false);
  expect(jsonEqual([1], [1, 2])).toBe(false);
});
