import { expect, test } from '@jest/globals';

import { contentAt } from './field-content.ts';

const object = {
  ...{ apiVersion: 'v1', kind: 'Widget', metadata: { name: 'a' } },
  spec: { parts: [{ ip: '10.0.0.1' }], hard: { 'requests.cpu': '1', '': 'empty' } },
};

test.each<[string, unknown]>([
  ['spec.parts[0].ip', '10.0.0.1'],
  ['spec.hard[requests.cpu]', '1'],
  ['spec.hard[]', 'empty'],
  ['spec.parts', object.spec.parts],
  ['spec.parts[1].ip', undefined],
  ['spec.hard.toString', undefined],
  ['spec.parts[0].ip.length', undefined],
])('what is at %s', (field, content) => {
  expect(contentAt(object, field)).toEqual(content);
});

test.each(['', 'spec..parts', 'spec.hard[a]b]', 'spec.hard[a[b]]', 'spec.hard[', '[0]'])(
  'what %p is about cannot be told: it may be anything of the object',
  (field) => {
    expect(contentAt(object, field)).toBe(object);
  },
);

test('a long name is read in linear time', () => {
  const began = performance.now();
  contentAt(object, `spec.hard${'['.repeat(100_000)}`);
  contentAt(object, `spec.hard${'[a'.repeat(100_000)}`);
  expect(performance.now() - began).toBeLessThan(5_000);
});
