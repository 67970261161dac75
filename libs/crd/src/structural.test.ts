import { describe, expect, test } from '@jest/globals';

import type { SchemaNode } from './node.ts';
import { structuralProblems } from './structural.ts';

const description = 'A field.';

function problemsOf(field: SchemaNode, selectableFields: readonly string[] = []): readonly string[] {
  return structuralProblems({ schema: { type: 'object', description, properties: { field } }, selectableFields });
}

describe('structuralProblems', () => {
  test.each<[string, SchemaNode]>([
    ['a scalar', { type: 'string', description }],
    [
      'int-or-string',
      { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }], description },
    ],
    ['a free field', { 'x-kubernetes-preserve-unknown-fields': true, description }],
    [
      'a map list',
      {
        type: 'array',
        description,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          description,
          properties: { name: { type: 'string', description } },
          required: ['name'],
        },
      },
    ],
  ])('finds none in %s', (_, node) => {
    expect(problemsOf(node)).toEqual([]);
  });

  test.each<[string, string, SchemaNode | Record<string, unknown>]>([
    ['a field without type', 'field: must have a type', { description }],
    ['a field without description', 'field: must have a description', { type: 'string' }],
    ['oneOf', 'field: must not use oneOf', { type: 'string', description, oneOf: [{}] }],
    ['$ref', 'field: must not use $ref', { type: 'object', description, $ref: '#/definitions/x' }],
    [
      'patternProperties',
      'field: must not use patternProperties',
      { type: 'object', description, patternProperties: {} },
    ],
    [
      "anyOf of one's own",
      'field: anyOf is for int-or-string only',
      { type: 'string', description, anyOf: [{ type: 'string' }] },
    ],
    [
      'int-or-string with a type',
      'field: int-or-string must not have a type',
      { type: 'string', description, 'x-kubernetes-int-or-string': true },
    ],
    [
      'a look-ahead',
      'field: pattern uses a construct RE2 does not have',
      { type: 'string', description, pattern: '(?=a)' },
    ],
    [
      'both kinds of properties',
      'field: properties and additionalProperties exclude each other',
      { type: 'object', description, properties: {}, additionalProperties: { type: 'string', description } },
    ],
    [
      'a required field that is not there',
      'field: requires name, which it does not have',
      { type: 'object', description, required: ['name'] },
    ],
    ['a list without items', 'field: a list must have items', { type: 'array', description }],
    [
      'a list without list type',
      'field: a list must say its x-kubernetes-list-type',
      { type: 'array', description, items: { type: 'string', description } },
    ],
    [
      'a set of objects',
      'field: items of a set must be scalars',
      { type: 'array', description, 'x-kubernetes-list-type': 'set', items: { type: 'object', description } },
    ],
    [
      'a set that may hold null',
      'field: items must not be nullable',
      {
        type: 'array',
        description,
        'x-kubernetes-list-type': 'set',
        items: { type: 'string', nullable: true, description },
      },
    ],
    [
      'a map list whose key may be absent',
      'field: key name must be a scalar that is required or has a default',
      {
        type: 'array',
        description,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: { type: 'object', description, properties: { name: { type: 'string', description } } },
      },
    ],
    [
      'a flaw deep inside',
      'field[*].inner: must have a type',
      {
        type: 'array',
        description,
        'x-kubernetes-list-type': 'atomic',
        items: { type: 'object', description, properties: { inner: { description } } },
      },
    ],
  ])('finds %s', (_, problem, node) => {
    expect(problemsOf(node)).toContain(problem);
  });

  test('lets metadata restrict names only', () => {
    const metadata: SchemaNode = {
      type: 'object',
      properties: { name: { type: 'string', description }, labels: { type: 'object', description } },
    };
    const schema: SchemaNode = { type: 'object', description, properties: { metadata } };
    expect(structuralProblems({ schema, selectableFields: [] })).toEqual([
      'metadata.labels: only name and generateName may be restricted',
    ]);
  });

  test.each(['.field', '.other', '.metadata.name'])(
    'does not let %s be selected unless it is a scalar outside metadata',
    (path) => {
      const problems = problemsOf({ type: 'object', description }, [path]);
      expect(problems).toEqual([`${path}: is not a selectable field`]);
    },
  );

  test('counts selectable fields', () => {
    const problems = problemsOf({ type: 'string', description }, Array<string>(9).fill('.field'));
    expect(problems).toEqual([': 9 selectable fields, 8 are the maximum']);
  });
});
