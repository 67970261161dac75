import { describe, expect, test } from '@jest/globals';

import { aGroup, aPolicyBinding, aRole } from '../testing/objects.ts';
import { allow, carol, deny, fieldsOf, named, ok, root, type Asked } from './testing/guarded-tenant.ts';

describe('who takes away what denies', () => {
  const denied = (name: string) => aPolicyBinding('pb-no-db', { policyID: 'pol-no-db', users: named(name) });
  const all = aPolicyBinding('pb-all', { policyID: 'pol-all', users: named('bob') });
  const lifted = ['spec.policyID Forbidden'];
  test.each<[string, Asked, string[]]>([
    ['from himself', { oldObject: denied('bob') }, lifted],
    ['from himself, who holds everything', { oldObject: denied('bob'), more: [all] }, lifted],
    ['from himself, who administers the tenant', { oldObject: denied('root'), by: root }, ok],
    [
      'of what must be named, who administers the tenant',
      {
        oldObject: aPolicyBinding('pb-no-bind', { policyID: 'pol-no-bind', users: named('bob') }),
        by: root,
        more: [deny('pol-no-bind', ['bindPolicy'])],
      },
      lifted,
    ],
    ['from another, and holds it', { oldObject: denied('dave'), more: [all] }, ok],
    ['from another, and does not', { oldObject: denied('dave') }, lifted],
    ['from another, as administrator of the tenant', { oldObject: denied('dave'), by: root }, ok],
    ['and may bind it', { oldObject: denied('carol'), by: carol }, ok],
    [
      'by taking out a user',
      { object: aPolicyBinding('pb-no-db', { policyID: 'pol-no-db', users: [] }), oldObject: denied('bob') },
      lifted,
    ],
    ['by deleting the policy', { oldObject: deny('pol-no-db', ['*Secret*']) }, ['spec.statement Forbidden']],
    [
      'by narrowing the policy',
      { object: deny('pol-no-db', ['getSecret']), oldObject: deny('pol-no-db', ['getSecret', 'listSecrets']) },
      ['spec.statement Forbidden'],
    ],
    [
      'by leaving the group',
      {
        object: aGroup('grp-d'),
        oldObject: aGroup('grp-d', { users: named('bob') }),
        more: [aPolicyBinding('pb', { policyID: 'pol-no-db', groups: [{ id: 'grp-d' }] })],
      },
      ['spec.users Forbidden'],
    ],
    [
      'from a role',
      { object: aRole('rol-d'), oldObject: aRole('rol-d', { policies: ['pol-no-db'] }) },
      ['spec.policies[0] Forbidden'],
    ],
    [
      'by giving the binding an owner that does not exist',
      {
        object: {
          ...denied('bob'),
          metadata: {
            name: 'pb-no-db',
            ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'gone' }],
          },
        },
        oldObject: denied('bob'),
      },
      lifted,
    ],
    ['a binding that allows', { oldObject: aPolicyBinding('pb-x', { policyID: 'pol-all', users: named('dave') }) }, ok],
    ['a policy that allows what he holds', { oldObject: allow('pol-x', ['getPod'], ['namespace:a/pod:*']) }, ok],
  ])('%s', async (_, asked, expected) => {
    expect(await fieldsOf(asked)).toEqual(expected);
  });
});
