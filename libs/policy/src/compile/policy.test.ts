import { describe, expect, test } from '@jest/globals';

import { aPolicy, aPolicyBinding, statement } from '../testing/objects.ts';
import { compile, local, p, table } from './testing/cases.ts';

describe('Policy', () => {
  table([
    {
      name: 'every action on every resource, without any binding',
      object: aPolicy('pol-1', { statement: statement(['get*', 'listPods'], ['namespace:a/*', 'pod:*'], 'deny') }),
      others: [local],
      rows: [
        p('pol-1', 'namespace:a/*', 'get*', 'deny'),
        p('pol-1', 'pod:*', 'get*', 'deny'),
        p('pol-1', 'namespace:a/*', 'listPods', 'deny'),
        p('pol-1', 'pod:*', 'listPods', 'deny'),
      ],
    },
    {
      name: 'the same pattern twice gives one row',
      object: aPolicy('pol-1', { statement: statement(['get*', 'get*']) }),
      others: [local],
      rows: [p('pol-1', '*', 'get*')],
    },
    {
      name: 'a tenant that does not exist is told, and harms nobody',
      object: aPolicy('pol-1', { tenantID: 'nobody' }),
      others: [local],
      rows: [p('pol-1', '*', 'get*')],
      unresolved: ['IdentityProvider nobody TenantNotFound'],
    },
    {
      name: 'patterns that cannot be used are left out, all of them named',
      object: aPolicy('pol-1', {
        statement: statement(['get|list', 'getPod', ' x', 'a,b'], ['project:p/:', '*', 'pod:a(b']),
      }),
      others: [local],
      rows: [p('pol-1', '*', 'getPod')],
      defects: [
        'spec.statement.resources[0] InvalidPattern',
        'spec.statement.resources[2] InvalidPattern',
        'spec.statement.actions[0] InvalidPattern',
        'spec.statement.actions[2] InvalidPattern',
        'spec.statement.actions[3] InvalidPattern',
      ],
    },
  ]);

  test('shows whom its bindings reach, those of the same tenant', async () => {
    const binding = (name: string, tenantID: string, users: { id: string; name: string }[]) => ({
      ...aPolicyBinding(name, { policyID: 'pol-1', tenantID }),
      status: { users },
    });
    const { users } = await compile(
      aPolicy('pol-1'),
      binding('a', 'default', [{ id: 'usr-alice', name: 'alice' }]),
      binding('b', 'default', [
        { id: 'usr-alice', name: 'alice' },
        { id: 'usr-bob', name: 'bob' },
      ]),
      binding('c', 'other', [{ id: 'usr-eve', name: 'eve' }]),
    );
    expect(users).toEqual([
      { id: 'usr-alice', name: 'alice' },
      { id: 'usr-bob', name: 'bob' },
    ]);
  });
});
