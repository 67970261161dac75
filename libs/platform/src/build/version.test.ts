import { expect, test } from '@jest/globals';

import type { Cluster } from '@tke/api-platform';
import { catalogue } from '@tke/package-source';

import { versionToBuild } from './version.ts';

const cluster = (status: NonNullable<Cluster['status']>, version?: string): Cluster => ({
  apiVersion: 'platform.tkestack.io/v1',
  kind: 'Cluster',
  metadata: { name: 'cls-a' },
  spec: { type: 'Baremetal', ...(version !== undefined && { version }) },
  status,
});
const plan = (operation: 'Create' | 'Renew', completed: number) => ({ operation, completed, total: 4 });

test.each<[string, NonNullable<Cluster['status']>, string | undefined, string]>([
  ['nothing is done yet: the newest there is', { builtVersion: '1.34.4' }, undefined, catalogue[0]!.kubernetes],
  ['nothing is done yet: that of spec', { plan: plan('Create', 0) }, '1.35.4', '1.35.4'],
  ['a step is done: what was chosen', { builtVersion: '1.34.4', plan: plan('Create', 1) }, undefined, '1.34.4'],
  ['a renewal has just begun: what was built', { builtVersion: '1.34.4', plan: plan('Renew', 0) }, undefined, '1.34.4'],
])('%s', (_name, status, version, wanted) => {
  expect(versionToBuild(cluster(status, version))).toBe(wanted);
});
