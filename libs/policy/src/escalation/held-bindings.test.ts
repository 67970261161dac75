import { describe, expect, test } from '@jest/globals';

import {
  aCustomPolicyBinding,
  aGroup,
  aPolicyBinding,
  aProjectPolicyBinding,
  aRoleBinding,
  aRule,
} from '../testing/objects.ts';
import { deny, fieldsOf, named, ok, type Asked } from './testing/guarded-tenant.ts';

describe('what a binding or a group hands out must be held by who writes it', () => {
  const bound = ['spec.policyID Forbidden'];
  const ofGroup = ['spec.users Forbidden'];

  test.each<[string, Asked, string[]]>([
    // PolicyBinding
    [
      'a binding to what he holds',
      { object: aPolicyBinding('pb', { policyID: 'pol-pods', users: named('dave') }) },
      ok,
    ],
    ['a binding to more', { object: aPolicyBinding('pb', { policyID: 'pol-all', users: named('bob') }) }, bound],
    ['a binding to everyone', { object: aPolicyBinding('pb', { policyID: 'pol-all', users: [{ name: '*' }] }) }, bound],
    [
      'a binding to a group',
      { object: aPolicyBinding('pb', { policyID: 'pol-all', groups: [{ id: 'grp-readers' }] }) },
      bound,
    ],
    [
      'a binding to a user who does not exist yet',
      { object: aPolicyBinding('pb', { policyID: 'pol-all', users: named('eve') }) },
      bound,
    ],
    ['a binding to nobody', { object: aPolicyBinding('pb', { policyID: 'pol-all' }) }, ok],
    [
      'a deny of what he does not hold',
      { object: aPolicyBinding('pb', { policyID: 'pol-no-db', users: named('dave') }) },
      bound,
    ],
    [
      'a deny of what he holds',
      {
        object: aPolicyBinding('pb', { policyID: 'pol-no-pods', users: named('dave') }),
        more: [deny('pol-no-pods', ['getPod'], ['namespace:a/pod:*'])],
      },
      ok,
    ],
    [
      'a deny that he is under himself',
      {
        object: aPolicyBinding('pb', { policyID: 'pol-no-pods', users: named('dave') }),
        more: [
          deny('pol-no-pods', ['getPod'], ['namespace:a/pod:*']),
          aPolicyBinding('pb-no-pods', { policyID: 'pol-no-pods', users: named('bob') }),
        ],
      },
      bound,
    ],
    [
      'one more user',
      {
        object: aPolicyBinding('pb-strong', {
          policyID: 'pol-all',
          groups: [{ id: 'grp-strong' }],
          users: named('bob'),
        }),
        oldObject: aPolicyBinding('pb-strong', { policyID: 'pol-all', groups: [{ id: 'grp-strong' }] }),
      },
      bound,
    ],
    [
      'one user less',
      {
        object: aPolicyBinding('pb', { policyID: 'pol-all', users: named('dave') }),
        oldObject: aPolicyBinding('pb', { policyID: 'pol-all', users: [...named('bob'), ...named('dave')] }),
      },
      ok,
    ],
    // ProjectPolicyBinding
    [
      'in his project',
      { object: aProjectPolicyBinding({ policyID: 'pol-config', projectID: 'prj-1', users: named('dave') }) },
      ok,
    ],
    [
      'in another project',
      { object: aProjectPolicyBinding({ policyID: 'pol-config', projectID: 'prj-2', users: named('dave') }) },
      bound,
    ],
    // RoleBinding
    [
      'a binding to a role he holds',
      { object: aRoleBinding('rlb', { roleID: 'rol-reader', users: named('dave') }) },
      ok,
    ],
    [
      'a binding to a stronger role',
      { object: aRoleBinding('rlb', { roleID: 'rol-strong', users: named('bob') }) },
      ['spec.roleID Forbidden'],
    ],
    [
      'a binding to a stronger role of a project',
      { object: aRoleBinding('rlb', { roleID: 'rol-strong-prj', users: named('bob') }) },
      ['spec.roleID Forbidden'],
    ],
    // LocalGroup
    [
      'a member of a group that holds what he holds',
      { object: aGroup('grp-readers', { users: named('dave') }), oldObject: aGroup('grp-readers') },
      ok,
    ],
    [
      'a member of a stronger group',
      {
        object: aGroup('grp-strong', { users: [...named('dave'), ...named('bob')] }),
        oldObject: aGroup('grp-strong', { users: named('dave') }),
      },
      ofGroup,
    ],
    [
      'a member of a group that is stronger in one project',
      { object: aGroup('grp-prj-2', { users: named('bob') }), oldObject: aGroup('grp-prj-2') },
      ofGroup,
    ],
    [
      'a member of a group that holds a stronger role',
      { object: aGroup('grp-by-role', { users: named('bob') }), oldObject: aGroup('grp-by-role') },
      ofGroup,
    ],
    ['a member less', { object: aGroup('grp-strong'), oldObject: aGroup('grp-strong', { users: named('dave') }) }, ok],
    [
      'a member of a group that holds rows of a custom binding',
      {
        object: aGroup('grp-cg', { users: named('bob') }),
        oldObject: aGroup('grp-cg'),
        more: [
          aCustomPolicyBinding('cg', { policyID: 'pol-template', resources: ['chart:a'], groups: [{ id: 'grp-cg' }] }),
        ],
      },
      ofGroup,
    ],
    [
      'a new group of a name that somebody stronger has bound',
      {
        object: aGroup('grp-awaited', { users: named('bob') }),
        more: [aPolicyBinding('pb-awaited', { policyID: 'pol-all', groups: [{ id: 'grp-awaited' }] })],
      },
      ofGroup,
    ],
    [
      'a member of a group that a Rule written by hand makes stronger',
      {
        object: aGroup('grp-readers', { users: named('bob') }),
        oldObject: aGroup('grp-readers'),
        more: [aRule('rul-hand', { ptype: 'g', v0: 'default##group##grp-readers', v1: 'pol-all', v2: 'prj-9' })],
      },
      ofGroup,
    ],
    [
      'a binding to a policy that a Rule written by hand makes stronger',
      {
        object: aPolicyBinding('pb', { policyID: 'pol-no-db', users: named('bob') }),
        more: [aRule('rul-hand', { ptype: 'p', v0: 'pol-no-db', v1: '*', v2: '*', v3: '*', v4: 'allow' })],
      },
      [...bound, ...bound],
    ],
  ])('%s', async (_, asked, expected) => {
    expect(await fieldsOf(asked)).toEqual(expected);
  });
});
