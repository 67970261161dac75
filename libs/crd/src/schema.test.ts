import { describe, expect, test } from '@jest/globals';

import * as s from './schema.ts';

const disk = s.object('A disk.', {
  name: s.string('Name.', { maxLength: 63 }),
  size: s.quantity('Size.'),
  shared: s.optional(s.boolean('Shared.')),
});

const host = s.object('A host.', {
  address: s.string('Address.', { minLength: 1 }),
  port: s.integer('Port.', { minimum: 1, maximum: 65535, default: 22 }),
  role: s.oneOf('Role.', ['control-plane', 'worker']),
  disks: s.optional(s.nullable(s.listByKey('Disks.', disk, ['name'], { maxItems: 32 }))),
  labels: s.optional(s.map('Labels.', s.string('Value.'))),
});

describe('an object schema', () => {
  test('requires what is neither optional nor defaulted', () => {
    expect(host.node.required).toEqual(['address', 'role']);
  });

  test('has a description, which builders ask for first, on every field', () => {
    const descriptions = Object.values(host.node.properties ?? {}).map(({ description }) => description);
    expect(descriptions).toEqual(['Address.', 'Port.', 'Role.', 'Disks.', 'Labels.']);
  });

  test('does not write an empty list of required fields, which apiextensions refuses', () => {
    expect(s.object('Free.', { a: s.optional(s.string('A.')) }).node).not.toHaveProperty('required');
  });

  test('types its values', () => {
    const value: s.Infer<typeof host> = { address: '10.0.0.1', port: 22, role: 'worker', disks: null };
    expect(value.disks).toBeNull();
    // @ts-expect-error: no such role
    const wrongEnum: s.Infer<typeof host> = { address: '10.0.0.1', port: 22, role: 'boss' };
    // @ts-expect-error: address is missing
    const incomplete: s.Infer<typeof host> = { port: 22, role: 'worker' };
    // @ts-expect-error: labels is not nullable
    const wrongNull: s.Infer<typeof host> = { address: '10.0.0.1', port: 22, role: 'worker', labels: null };
    expect([wrongEnum, incomplete, wrongNull]).toHaveLength(3);
  });
});

describe('lists', () => {
  test('by key carry their keys; a misspelt key does not compile', () => {
    expect(host.node.properties?.disks).toMatchObject({
      type: 'array',
      nullable: true,
      maxItems: 32,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    });
    // @ts-expect-error: disks have no field `nmae`
    s.listByKey('Disks.', disk, ['nmae']);
  });

  test('are atomic unless they say otherwise', () => {
    expect(s.list('Names.', s.string('Name.')).node['x-kubernetes-list-type']).toBe('atomic');
    expect(s.set('Names.', s.string('Name.')).node['x-kubernetes-list-type']).toBe('set');
    // @ts-expect-error: the items of a set are scalars
    s.set('Disks.', disk);
  });
});

test('a pattern that RE2 cannot compile is refused where it is written', () => {
  expect(() => s.string('Name.', { pattern: '^(?!kube-)' })).toThrow('RE2');
});

test('rules are left out when there are none', () => {
  expect(s.string('Name.', { rules: [] }).node).toEqual({ description: 'Name.', type: 'string' });
});
