import { describe, expect, test } from '@jest/globals';

import { defineKind } from './kind.ts';
import * as s from './schema.ts';
import { validate } from './validate.ts';

const host = defineKind({
  group: 'example.io',
  version: 'v1',
  kind: 'Host',
  description: 'A host.',
  namespaced: true,
  properties: {
    spec: s.object('Wish.', {
      address: s.string('Address.', { minLength: 1, maxLength: 5 }),
      port: s.integer('Port.', { maximum: 65535, default: 22 }),
      role: s.oneOf('Role.', ['control-plane', 'worker']),
      drain: s.optional(s.intOrString('Drain.')),
      memory: s.optional(s.quantity('Memory.')),
      since: s.optional(s.nullable(s.timestamp('Since.'))),
      key: s.optional(s.base64('Key.')),
      users: s.optional(s.nullable(s.list('Users.', s.object('User.', { name: s.string('Name.') }), { maxItems: 2 }))),
      labels: s.optional(s.map('Labels.', s.string('Value.'))),
      raw: s.optional(s.preserveUnknown('Anything.')),
    }),
  },
});

const good = { address: 'a', role: 'worker' };

function problems(spec: unknown): readonly unknown[] {
  return validate(host, { apiVersion: 'example.io/v1', kind: 'Host', metadata: { name: 'a' }, spec });
}

describe('validate', () => {
  test.each([
    ['the least there can be', good],
    ['null where it is allowed', { ...good, users: null, since: null }],
    ['an integer or a string', { ...good, drain: 3, memory: 1024 }],
    ['percentages and quantities', { ...good, drain: '25%', memory: '1.5Gi' }],
    ['times and bytes', { ...good, since: '2026-01-02T03:04:05Z', key: 'aGVsbG8=' }],
    ['whatever is in a free object', { ...good, raw: { a: [1, { b: null }] } }],
    ['fields it does not know, which the API server prunes', { ...good, later: true }],
  ])('takes %s', (_, spec) => {
    expect(problems(spec)).toEqual([]);
  });

  test.each<[string, object, string, unknown, string]>([
    ['a missing field', { role: 'worker' }, 'spec.address', undefined, 'is required'],
    ['a value of the wrong type', { ...good, port: '22' }, 'spec.port', '22', 'must be integer'],
    [
      'text that is too long',
      { ...good, address: '123456' },
      'spec.address',
      '123456',
      'must NOT have more than 5 characters',
    ],
    ['an unknown choice', { ...good, role: 'boss' }, 'spec.role', 'boss', 'must be one of "control-plane", "worker"'],
    ['null where it is not allowed', { ...good, labels: null }, 'spec.labels', null, 'must be object'],
    ['neither integer nor string', { ...good, drain: true }, 'spec.drain', true, 'must be an integer or a string'],
    ['a field inside a list', { ...good, users: [{ name: 'a' }, {}] }, 'spec.users[1].name', undefined, 'is required'],
    [
      'a list that is too long',
      { ...good, users: [{ name: '' }, { name: '' }, { name: '' }] },
      'spec.users',
      expect.anything(),
      'must NOT have more than 2 items',
    ],
    ['a map value under an odd key', { ...good, labels: { 'a.b/c': 1 } }, 'spec.labels[a.b/c]', 1, 'must be string'],
    [
      'a time that is none',
      { ...good, since: 'yesterday' },
      'spec.since',
      'yesterday',
      'must match format "date-time"',
    ],
  ])('names field, value and rule of %s', (_, spec, field, value, rule) => {
    expect(problems(spec)).toEqual([{ field, value, rule }]);
  });

  test('reports all problems at once', () => {
    expect(problems({ address: '', role: 'boss', port: 70000 })).toHaveLength(3);
  });

  test('fills in defaults for the check only', () => {
    const object = { metadata: {}, spec: { ...good } };
    expect(validate(host, object)).toEqual([]);
    expect(object).toEqual({ metadata: {}, spec: good });
  });

  test('refuses what is no object', () => {
    expect(validate(host, 'text')).toEqual([{ field: '', value: 'text', rule: 'must be object' }]);
  });
});
