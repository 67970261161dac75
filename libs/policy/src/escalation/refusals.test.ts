import { describe, expect, test } from '@jest/globals';

import { aGroup, aPolicy, aPolicyBinding, aRole, aRule, statement } from '../testing/objects.ts';
import { allow, named, problemsOf } from './testing/guarded-tenant.ts';

describe('a refusal', () => {
  test('names field, rows, rule and remedy', async () => {
    const object = aPolicyBinding('pb', { policyID: 'pol-wide', users: named('bob') });
    const more = [allow('pol-wide', ['getPod', 'deletePod', 'getNode'], ['namespace:*/pod:*', 'node:a', 'node:b'])];
    expect(await problemsOf({ object, more })).toEqual([
      {
        field: 'spec.policyID',
        value: 'pol-wide',
        rule: 'must not grant what its author does not hold: "getPod" on "node:a", "getPod" on "node:b", "deletePod" on "namespace:*/pod:*", "deletePod" on "node:a", "deletePod" on "node:b", 3 more',
        remedy:
          'Leave that out, or ask somebody who holds it or to whom a policy grants bindPolicy on policy:pol-wide.',
        type: 'Forbidden',
      },
    ]);
  });

  test('tells nothing of what other tenants have', async () => {
    const more = [
      aRule('rul-hand', { ptype: 'g', v0: 'default##group##grp-readers', v1: 'pol-foreign', v2: '*' }),
      aPolicyBinding('pb-foreign', { policyID: 'pol-foreign', tenantID: 'other', users: [] }),
    ];
    const asked = [
      { object: aGroup('grp-readers', { users: named('bob') }), oldObject: aGroup('grp-readers'), more },
      { object: aPolicyBinding('pb', { policyID: 'pol-foreign', users: named('bob') }), more },
      { object: aRole('rol-new', { policies: ['pol-foreign'] }), more },
      {
        oldObject: aPolicy('pol-foreign', {
          tenantID: 'other',
          statement: statement(['getForeignThing'], ['*'], 'deny'),
        }),
        more,
      },
    ];
    for (const each of asked) {
      const problems = await problemsOf(each);
      expect(problems).not.toEqual([]);
      expect(JSON.stringify(problems)).not.toContain('getForeignThing');
    }
  });

  test('says where the limit is when there is too much to compare', async () => {
    const granted = Array.from({ length: 64 }, (_, at) => `${'*aaaa'.repeat(80)}${'a'.repeat(at)}*`);
    const held = Array.from({ length: 64 }, (_, at) => `${'*aa'.repeat(100 + at)}*`);
    const object = allow('pol-mine', ['getPod'], granted);
    const more = [
      allow('pol-hard', ['getNode'], held),
      aPolicyBinding('pb-hard', { policyID: 'pol-hard', users: named('bob') }),
    ];
    expect(await problemsOf({ object, more })).toMatchObject([
      { type: 'TooLong', rule: expect.stringContaining('steps (TooMuchToCompare)') },
    ]);
  });
});
