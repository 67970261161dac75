import { describe, expect, test } from '@jest/globals';

import { cacheOf } from '@tke/runtime/testing';

import { policyAdmissions } from '../admission/policy-admissions.ts';
import { registerInformers } from '../informers.ts';
import {
  aCustomPolicyBinding,
  aGroup,
  aPolicyBinding,
  aProjectPolicyBinding,
  aRole,
  aRoleBinding,
} from '../testing/objects.ts';
import { problemsOf as problemsIn } from '../testing/story.ts';
import {
  allow,
  carol,
  controller,
  fieldsOf,
  named,
  ok,
  platform,
  root,
  stored,
  type Asked,
} from './testing/guarded-tenant.ts';

describe('who may hand out what he does not hold', () => {
  const binding = (policyID: string) => aPolicyBinding('pb', { policyID, users: named('dave') });
  const strong = aPolicyBinding('pb', { policyID: 'pol-all', users: named('dave') });
  test.each<[string, Asked, string[]]>([
    ['administrators of the platform', { object: strong, by: platform }, ok],
    ['components of the platform', { object: strong, by: controller }, ok],
    ['administrators of the tenant', { object: strong, by: root }, ok],
    [
      'administrators of the tenant, but for what must be named',
      { object: allow('pol-mine', ['impersonate*']), by: root },
      ['spec.statement Forbidden'],
    ],
    ['who may bind the policy', { object: strong, by: carol }, ok],
    ['who may bind another', { object: binding('pol-config'), by: carol }, ['spec.policyID Forbidden']],
    [
      'who may bind the policy, in a project',
      {
        object: aProjectPolicyBinding({ policyID: 'pol-all-project', projectID: 'prj-1', users: named('dave') }),
        by: carol,
      },
      ok,
    ],
    ['who may bind the policies of a role', { object: aRole('rol-new', { policies: ['pol-all'] }), by: carol }, ok],
    ['who may escalate the policy', { object: allow('pol-mine', ['*']), by: carol }, ok],
    ['who may escalate another', { object: allow('pol-other', ['*']), by: carol }, ['spec.statement Forbidden']],
    [
      'who may bind the role',
      { object: aRoleBinding('rlb', { roleID: 'rol-strong', users: named('dave') }), by: carol },
      ok,
    ],
    [
      'who may bind the group',
      { object: aGroup('grp-strong', { users: named('carol') }), oldObject: aGroup('grp-strong'), by: carol },
      ok,
    ],
    [
      'who may escalate the custom binding',
      {
        object: aCustomPolicyBinding('cg', { policyID: 'pol-template', resources: ['*'], users: named('dave') }),
        by: carol,
      },
      ok,
    ],
  ])('%s', async (_, asked, expected) => {
    expect(await fieldsOf(asked)).toEqual(expected);
  });

  test('nobody by a policy that allows everything', async () => {
    const more = [aPolicyBinding('pb-all', { policyID: 'pol-all', users: named('bob') })];
    expect(await fieldsOf({ object: allow('pol-mine', ['*']), more })).toEqual(ok);
    expect(await fieldsOf({ object: allow('pol-mine', ['bindPolicy']), more })).toEqual(['spec.statement Forbidden']);
  });
});

describe('what does not exist yet', () => {
  const later = { policyID: 'pol-later', users: named('bob') };
  test.each<[string, Asked, string[]]>([
    ['is bound by nobody', { object: aPolicyBinding('pb', later) }, ['spec.policyID NotFound']],
    ['not by a role', { object: aRole('rol-new', { policies: ['pol-later'] }) }, ['spec.policies[0] NotFound']],
    [
      'not as a role',
      { object: aRoleBinding('rlb', { roleID: 'rol-later', users: named('bob') }) },
      ['spec.roleID NotFound'],
    ],
    [
      'not with resources of its own',
      { object: aCustomPolicyBinding('cg', { ...later, resources: ['a'] }) },
      ['spec.resources[0] NotFound'],
    ],
    ['but by who may bind it', { object: aPolicyBinding('pb', later), by: carol }, ok],
    ['and by the platform', { object: aPolicyBinding('pb', later), by: platform }, ok],
    [
      'and stays bound',
      { object: aPolicyBinding('pb', { ...later, users: [] }), oldObject: aPolicyBinding('pb', later) },
      ok,
    ],
  ])('%s', async (_, asked, expected) => {
    expect(await fieldsOf(asked)).toEqual(expected);
  });
});

test('before the rules are read, users of tenants grant nothing and the platform goes on', async () => {
  const end = new AbortController();
  const admissions = policyAdmissions(await cacheOf(stored, registerInformers, end.signal));
  const object = aPolicyBinding('pb', { policyID: 'pol-pods', users: named('dave') });
  await expect(problemsIn(admissions, root, { object })).rejects.toMatchObject({
    code: 'RulesNotSynced',
    class: 'Retryable',
  });
  expect(await problemsIn(admissions, platform, { object })).toEqual([]);
  expect(await problemsIn(admissions, root, { object: aPolicyBinding('pb', { policyID: 'pol-pods' }) })).toEqual([]);
  end.abort();
});
