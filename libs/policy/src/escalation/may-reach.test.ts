import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { projectOwnerPolicy } from '@tke/api-auth';
import type { KubeObject } from '@tke/meta';
import type { AdmissionUser, Reach } from '@tke/webhook';

import { defaultPolicies, nameIn, seededSpec } from '../seeds/default-policies.ts';
import { compiledPlatform } from '../testing/compiled-platform.ts';
import { anIdentity, aPolicy, aPolicyBinding, aProjectPolicyBinding, aTenant, statement } from '../testing/objects.ts';
import { tenantUser } from '../testing/story.ts';
import { mayReach } from './may-reach.ts';
import { unreadRules } from './followed-rules.ts';

let end: AbortController;
beforeEach(() => {
  end = new AbortController();
});
afterEach(() => {
  end.abort();
});

const owner = projectOwnerPolicy('default');
const named = (name: string) => [{ id: `usr-${name}` }];
const shipped = defaultPolicies.find((each) => nameIn('default', each) === owner)!;
const noLimits = aPolicy('pol-no-limits', { statement: statement(['updateProject'], ['*'], 'deny') });

/**
 * olga owns prj-a; pat may update all projects; root administers the tenant, and so does ruth, to whom it is denied.
 */
const stored: readonly KubeObject[] = [
  aTenant('default', 'local', { administrators: ['root', 'ruth'] }),
  ...['olga', 'pat', 'ruth'].map((name) => anIdentity(`usr-${name}`, name)),
  aPolicy(owner, seededSpec('default', shipped)),
  aProjectPolicyBinding({ policyID: owner, projectID: 'prj-a', users: named('olga') }),
  aPolicy('pol-projects', { statement: statement(['updateProject']) }),
  aPolicyBinding('pb-pat', { policyID: 'pol-projects', users: named('pat') }),
  noLimits,
  aPolicyBinding('pb-ruth', { policyID: 'pol-no-limits', users: named('ruth') }),
];

const business = 'business.tkestack.io';
const updates = (name: string, domain: string): Reach => ({
  attributes: { verb: 'update', group: business, resource: 'projects', name },
  domain,
});
const moves = (namespace: string): Reach => ({
  attributes: { verb: 'create', group: business, resource: 'namespaces', namespace },
  domain: namespace,
});

async function allowed(by: AdmissionUser, reach: Reach): Promise<boolean> {
  const { cache, rules } = await compiledPlatform(stored, end.signal);
  return mayReach(cache, rules)(by, reach);
}

describe('what somebody reaches through an object that he writes', () => {
  test.each<[string, string, Reach, boolean]>([
    ['the limits of the project that he owns', 'olga', updates('prj-a', 'prj-a'), true],
    ['the namespaces of the project that he owns', 'olga', moves('prj-a'), true],
    ['the limits of another project', 'olga', updates('prj-b', 'prj-b'), false],
    ['the namespaces of another project', 'olga', moves('prj-b'), false],
    ['limits that come from nobody, by owning the project', 'olga', updates('prj-a', ''), false],
    ['limits that come from nobody, by a policy that holds everywhere', 'pat', updates('prj-a', ''), true],
    ['the limits of any project, by a policy that holds everywhere', 'pat', updates('prj-b', 'prj-b'), true],
    ['namespaces, by a policy on projects', 'pat', moves('prj-a'), false],
    ['limits, as an administrator', 'root', updates('prj-a', ''), true],
    ['limits, as an administrator to whom it is denied', 'ruth', updates('prj-a', ''), false],
  ])('%s', async (_what, user, reach, expected) => {
    expect(await allowed(tenantUser(user), reach)).toBe(expected);
  });

  test('is nothing for an administrator of the same name in another tenant', async () => {
    expect(await allowed(tenantUser('root', [], 'other'), updates('prj-a', ''))).toBe(false);
  });

  test('is everything for components, and nothing for credentials of several tenants', async () => {
    const system = { username: 'system:serviceaccount:argocd:argocd', uid: '', groups: [], extra: {} };
    const both = { ...tenantUser('root'), extra: { 'tkestack.io/tenantid': ['default', 'other'] } };
    expect(await allowed(system, updates('prj-a', ''))).toBe(true);
    expect(await allowed(both, updates('prj-a', ''))).toBe(false);
  });

  test('is refused, and not answered, before the rules are known', async () => {
    const { cache } = await compiledPlatform(stored, end.signal);
    const asked = () => mayReach(cache, unreadRules())(tenantUser('olga'), updates('prj-a', 'prj-a'));
    expect(asked).toThrow(expect.objectContaining({ code: 'RulesNotSynced' }));
  });
});
