import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { platform } from '@tke/api-business';
import { apiVersionOf, type KubeObject } from '@tke/meta';
import type { AdmissionUser } from '@tke/webhook';

import { defaultPolicies, nameIn, seededSpec } from '../seeds/default-policies.ts';
import { compiledPlatform } from '../testing/compiled-platform.ts';
import { anIdentity, aPolicy, aPolicyBinding, aTenant, statement } from '../testing/objects.ts';
import { tenantUser } from '../testing/story.ts';
import { administersTenant } from './administers-tenant.ts';

let end: AbortController;
beforeEach(() => {
  end = new AbortController();
});
afterEach(() => {
  end.abort();
});

const ofPlatform = (tenantID: string, ...administrators: string[]): KubeObject => {
  const spec = { tenantID, administrators };
  return {
    apiVersion: apiVersionOf(platform),
    kind: platform.kind,
    metadata: { name: `plat-${tenantID}` },
    spec,
  } as KubeObject;
};
const everyPolicy = defaultPolicies.map((shipped) =>
  aPolicy(nameIn('default', shipped), seededSpec('default', shipped)),
);

/** carl is bound to every policy that is shipped, and to one that names a Secret of the platform. */
const stored: readonly KubeObject[] = [
  aTenant('default', 'local', { administrators: ['root'] }),
  ofPlatform('default', 'petra'),
  ofPlatform('gone', 'gerd'),
  anIdentity('usr-carl', 'carl'),
  ...everyPolicy,
  aPolicy('pol-login', { statement: statement(['*'], ['namespace:tke-system/secret:login']) }),
  ...[...everyPolicy.map(({ metadata: { name = '' } }) => name), 'pol-login'].map((policyID) =>
    aPolicyBinding(`pb-${policyID}`, { policyID, users: [{ id: 'usr-carl' }] }),
  ),
];

const system: AdmissionUser = { username: 'system:serviceaccount:argocd:argocd', uid: '', groups: [], extra: {} };

test.each<[string, AdmissionUser, boolean]>([
  ['whom the tenant names', tenantUser('root'), true],
  ['whom a Platform of the tenant names', tenantUser('petra'), true],
  ['nobody by policies, however many', tenantUser('carl'), false],
  ['nobody of the same name in another tenant', tenantUser('root', [], 'other'), false],
  ['nobody whom the Platform of a tenant names that is none', tenantUser('gerd', [], 'gone'), false],
  [
    'nobody whose credentials are of several tenants',
    { ...tenantUser('root'), extra: { tenantid: ['default', 'other'] } },
    false,
  ],
  ['components of the platform', system, true],
  ['administrators of the platform', { ...system, username: 'admin' }, true],
])('administrators of a tenant are %s', async (_, user, expected) => {
  const { cache } = await compiledPlatform(stored, end.signal);
  expect(administersTenant(cache)(user)).toBe(expected);
});
