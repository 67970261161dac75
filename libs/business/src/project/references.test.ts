import { afterAll, expect, test } from '@jest/globals';
import type { Project } from '@tke/api-business';
import type { Cache } from '@tke/runtime';
import { cacheOf } from '@tke/runtime/testing';

import { clusterKind, tenantKind } from '../objects/kinds.ts';
import { aCluster, aProject, aTenant } from '../testing/objects.ts';
import { missingReferences } from './references.ts';

const stop = new AbortController();
afterAll(() => stop.abort());

const ending = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const stored = [
  aTenant('acme'),
  { ...aTenant('leaving'), metadata: { name: 'leaving', ...ending } },
  aCluster('cls-a'),
  aCluster('cls-theirs', 'other'),
];

async function said(project: Project): Promise<string | undefined> {
  const known = (cache: Cache) => {
    cache.informer(clusterKind);
    cache.informer(tenantKind);
  };
  const error = missingReferences(project, await cacheOf(stored, known, stop.signal));
  return error && `${error.code} ${error.message}`;
}

const missing = (name: string) => `spec.clusters[${name}]: Cluster ${name} does not exist in tenant "acme"`;

test.each<[string, Project, string | undefined]>([
  ['all is there', aProject('prj', { 'cls-a': { cpu: 1 } }), undefined],
  ['nothing is named', aProject('prj'), undefined],
  [
    'clusters are not there, or of another tenant, which is not told apart',
    aProject('prj', { 'cls-a': {}, 'cls-late': {}, 'cls-theirs': {} }),
    `ClusterNotFound ${missing('cls-late')}; ${missing('cls-theirs')}`,
  ],
  [
    'the tenant is not there, nor a cluster',
    aProject('prj', { 'cls-late': {} }, { tenantID: 'late' }),
    'TenantNotFound spec.tenantID: IdentityProvider late does not exist; spec.clusters[cls-late]: Cluster cls-late does not exist in tenant "late"',
  ],
  [
    'the tenant is being deleted',
    aProject('prj', {}, { tenantID: 'leaving' }),
    'TenantNotFound spec.tenantID: IdentityProvider leaving does not exist',
  ],
  ['of no tenant', aProject('prj', {}, { tenantID: '' }), 'TenantNotFound spec.tenantID: it is empty'],
])('%s', async (_, project, expected) => {
  expect(await said(project)).toBe(expected);
});
