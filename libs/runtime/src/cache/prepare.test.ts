import { describe, expect, test } from '@jest/globals';
import { deepFreeze } from '@tke/meta';

import { StringInterner, stripManagedFields } from './prepare.ts';
import { makeWidget } from './testing/widgets.ts';

describe('stripManagedFields', () => {
  test('takes away managedFields and nothing else', () => {
    const object = makeWidget('a', '1', { metadata: { labels: { x: 'y' }, managedFields: [{ manager: 'kubectl' }] } });
    const stripped = stripManagedFields(object);
    expect(stripped).toEqual(makeWidget('a', '1', { metadata: { labels: { x: 'y' } } }));
    expect('managedFields' in stripped.metadata).toBe(false);
  });

  test('leaves an object without them as it is', () => {
    const object = makeWidget('a', '1');
    const { metadata } = object;
    expect(stripManagedFields(object).metadata).toBe(metadata);
  });
});

test('deepFreeze makes a write fail at any depth, in lists as well', () => {
  const object = { a: { b: [{ c: 1 }] }, none: null };
  deepFreeze(object);
  expect(() => (object.a.b[0]!.c = 2)).toThrow(TypeError);
  expect(() => object.a.b.push({ c: 3 })).toThrow(TypeError);
  expect(() => Object.assign(object, { d: 1 })).toThrow(TypeError);
});

describe('a string interner', () => {
  test('keeps every value', () => {
    const object = makeWidget('production-namespace/a', '1', {
      metadata: {
        labels: { app: 'a-rather-long-label-value', empty: '' },
        ownerReferences: [{ apiVersion: 'example.io/v1', kind: 'Owner', name: 'owner-with-a-name', uid: 'some-uid' }],
      },
    });
    const copy = structuredClone(object);
    new StringInterner().internMetadata(object);
    expect(object).toEqual(copy);
  });

  test('works on after more different strings than it remembers', () => {
    const strings = new StringInterner();
    const texts = Array.from({ length: 10_000 }, (_, i) => `text-${i}`);
    expect(texts.map((text) => strings.intern(text))).toEqual(texts);
  });
});
