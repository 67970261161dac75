import { describe, expect, test } from '@jest/globals';

import type { KubeObject, ObjectMeta } from '@tke/meta';

import { and, annotationChanged, generationChanged, labelChanged, not, or, type Predicate } from './predicates.ts';

function object(metadata: ObjectMeta): KubeObject {
  return { apiVersion: 'example.io/v1', kind: 'Widget', metadata };
}

const nothing = object({ generation: 1, labels: { a: '1' }, annotations: { b: '1' } });

const changes: Record<string, KubeObject> = {
  nothing,
  generation: object({ generation: 2, labels: { a: '1' }, annotations: { b: '1' } }),
  'a label value': object({ generation: 1, labels: { a: '2' }, annotations: { b: '1' } }),
  'a label name': object({ generation: 1, labels: { x: '1' }, annotations: { b: '1' } }),
  'a new label': object({ generation: 1, labels: { a: '1', c: '' }, annotations: { b: '1' } }),
  'all labels gone': object({ generation: 1, annotations: { b: '1' } }),
  'an annotation value': object({ generation: 1, labels: { a: '1' }, annotations: { b: '2' } }),
  'all annotations gone': object({ generation: 1, labels: { a: '1' } }),
};

function passing(predicate: Predicate): string[] {
  return Object.keys(changes).filter((name) => predicate.update?.(nothing, changes[name]!) ?? true);
}

const labels = ['a label value', 'a label name', 'a new label', 'all labels gone'];
const annotations = ['an annotation value', 'all annotations gone'];

test.each<[string, Predicate, string[]]>([
  ['generationChanged', generationChanged, ['generation']],
  ['labelChanged', labelChanged, labels],
  ['annotationChanged', annotationChanged, annotations],
  ['or(generation, label)', or(generationChanged, labelChanged), ['generation', ...labels]],
  ['and(generation, label)', and(generationChanged, labelChanged), []],
  ['not(generation)', not(generationChanged), ['nothing', ...labels, ...annotations]],
  ['and() passes all', and(), Object.keys(changes)],
  ['or(label, annotation)', or(labelChanged, annotationChanged), [...labels, ...annotations]],
])('%s passes the updates it should', (_, predicate, expected) => {
  expect(passing(predicate)).toEqual(expected);
});

describe('creations and deletions', () => {
  const onlyA: Predicate = {
    create: ({ metadata }) => metadata.name === 'a',
    delete: ({ metadata }) => metadata.name === 'a',
  };
  const onlyB: Predicate = {
    create: ({ metadata }) => metadata.name === 'b',
    delete: ({ metadata }) => metadata.name === 'b',
  };

  test.each<[string, Predicate, string]>([
    ['no function passes all', generationChanged, 'abc'],
    ['and', and(onlyA, onlyB), ''],
    ['and with one that has no function', and(onlyA, generationChanged), 'a'],
    ['or', or(onlyA, onlyB), 'ab'],
    ['not', not(onlyA), 'bc'],
    ['not of one that has no function', not(generationChanged), ''],
  ])('%s', (_, predicate, expected) => {
    const names = ['a', 'b', 'c'];
    expect(names.filter((name) => predicate.create?.(object({ name })) ?? true).join('')).toBe(expected);
    expect(names.filter((name) => predicate.delete?.(object({ name })) ?? true).join('')).toBe(expected);
  });
});
