import { describe, expect, test } from '@jest/globals';

import { aCustomPolicyBinding, aPolicyBinding, aRole } from '../testing/objects.ts';
import { allow, deny, fieldsOf, named, ok, project, type Asked } from './testing/guarded-tenant.ts';

describe('what a policy, a role or a custom binding says must be held by who writes it', () => {
  const mine = (actions: string[], resources = ['namespace:*/pod:*']) => allow('pol-mine', actions, resources);
  const own = ['spec.statement Forbidden'];

  test.each<[string, Asked, string[]]>([
    // Policy
    ['a policy with what he holds', { object: mine(['getPod'], ['namespace:shop/pod:web']) }, ok],
    ['a policy with more', { object: mine(['getPod', 'deletePod']) }, own],
    ['a policy on more', { object: mine(['getPod'], ['*']) }, own],
    ['a policy with *', { object: mine(['*'], ['*']) }, own],
    [
      'a policy with what he holds in one project only',
      { object: allow('pol-mine', ['getConfigmap'], ['*'], project) },
      own,
    ],
    ['a policy that denies what he holds', { object: deny('pol-mine', ['getPod'], ['namespace:*/pod:*']) }, ok],
    ['a policy that denies more', { object: deny('pol-mine', ['*']) }, own],
    ['more actions of a policy', { object: mine(['getPod', 'deletePod']), oldObject: mine(['getPod']) }, own],
    [
      'fewer of the actions that he holds, of a stronger policy',
      { object: mine(['deletePod']), oldObject: mine(['getPod', 'deletePod']) },
      ok,
    ],
    [
      'fewer of the actions that he does not hold',
      { object: mine(['getPod']), oldObject: mine(['getPod', 'deletePod']) },
      own,
    ],
    [
      'another name for a stronger policy',
      { object: allow('pol-all', ['*'], ['*'], { displayName: 'x' }), oldObject: allow('pol-all', ['*']) },
      ok,
    ],
    ['a held action beside stronger ones', { object: mine(['*Node*', 'getPod']), oldObject: mine(['*Node*']) }, ok],
    [
      'a policy that he holds himself',
      { object: allow('pol-pods', ['*']), oldObject: allow('pol-pods', ['getPod']) },
      own,
    ],
    [
      'deny turned into allow',
      { object: allow('pol-no-db', ['*Secret*']), oldObject: deny('pol-no-db', ['*Secret*']) },
      [...own, ...own],
    ],
    [
      'more actions of a policy whose actions a custom binding uses',
      {
        object: allow('pol-template', ['*Chart*', 'getPod'], ['-']),
        oldObject: allow('pol-template', ['*Chart*'], ['-']),
        more: [
          allow('pol-dash', ['*'], ['-']),
          aPolicyBinding('pb-dash', { policyID: 'pol-dash', users: named('bob') }),
          aCustomPolicyBinding('cg', { policyID: 'pol-template', resources: ['*'], users: named('dave') }),
        ],
      },
      own,
    ],
    // CustomPolicyBinding
    [
      'rows of his own',
      {
        object: aCustomPolicyBinding('cg', {
          policyID: 'pol-pods',
          resources: ['namespace:a/pod:*'],
          users: named('dave'),
        }),
      },
      ok,
    ],
    [
      'wider rows',
      { object: aCustomPolicyBinding('cg', { policyID: 'pol-pods', resources: ['*'], users: named('dave') }) },
      ['spec.resources Forbidden'],
    ],
    [
      'template policies on anything',
      { object: aCustomPolicyBinding('cg', { policyID: 'pol-template', resources: ['*'], users: named('dave') }) },
      ['spec.resources Forbidden'],
    ],
    [
      'one more user of rows he does not hold',
      {
        object: aCustomPolicyBinding('cg', { policyID: 'pol-template', resources: ['chart:a'], users: named('bob') }),
        oldObject: aCustomPolicyBinding('cg', { policyID: 'pol-template', resources: ['chart:a'] }),
      },
      ['spec.resources Forbidden'],
    ],
    [
      'rows moved out of their project',
      {
        object: aCustomPolicyBinding('cg', {
          policyID: 'pol-config',
          resources: ['namespace:a/*'],
          domain: '*',
          users: named('dave'),
        }),
        oldObject: aCustomPolicyBinding('cg', {
          policyID: 'pol-config',
          resources: ['namespace:a/*'],
          domain: 'prj-1',
          users: named('dave'),
        }),
      },
      ['spec.resources Forbidden'],
    ],
    [
      'rows in his project',
      {
        object: aCustomPolicyBinding('cg', {
          policyID: 'pol-config',
          resources: ['namespace:a/*'],
          domain: 'prj-1',
          users: named('dave'),
        }),
      },
      ok,
    ],
    // Role
    ['a role of what he holds', { object: aRole('rol-new', { policies: ['pol-pods'] }) }, ok],
    [
      'a role of more',
      { object: aRole('rol-new', { policies: ['pol-pods', 'pol-all'] }) },
      ['spec.policies[1] Forbidden'],
    ],
    ['a role in his project', { object: aRole('rol-new', { policies: ['pol-config'], projectID: 'prj-1' }) }, ok],
    [
      'a role everywhere of what he holds in a project',
      { object: aRole('rol-new', { policies: ['pol-config'] }) },
      ['spec.policies[0] Forbidden'],
    ],
    [
      'a policy less that he does not hold',
      {
        object: aRole('rol-strong', { policies: ['pol-pods'] }),
        oldObject: aRole('rol-strong', { policies: ['pol-pods', 'pol-all'] }),
      },
      ['spec.policies[1] Forbidden'],
    ],
    [
      'a policy less that he holds',
      {
        object: aRole('rol-strong', { policies: ['pol-all'] }),
        oldObject: aRole('rol-strong', { policies: ['pol-pods', 'pol-all'] }),
      },
      ok,
    ],
  ])('%s', async (_, asked, expected) => {
    expect(await fieldsOf(asked)).toEqual(expected);
  });
});
