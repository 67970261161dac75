import { expect, test } from '@jest/globals';
import type { Cluster } from '@tke/api-platform';
import type { CacheReader } from '@tke/runtime';

import { aNamespace } from '../testing/objects.ts';
import { placeProblem } from './place-problem.ts';

/** What keeps a Namespace of tenant `t1` from a cluster that has come to this. */
function problem(cluster: Partial<Cluster> | undefined): string | undefined {
  const claimant = aNamespace('prj-a', ['cls-a', 'web'], { cpu: 1 });
  const found = cluster && { spec: { tenantID: claimant.spec.tenantID }, ...cluster };
  return placeProblem(claimant, undefined, { get: () => found } as unknown as CacheReader)?.code;
}

const stalled = (status: 'True' | 'False', reason: string) => ({
  status: {
    conditions: [{ type: 'Stalled', status, reason, message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }],
  },
});

test.each<[string, Partial<Cluster> | undefined, string | undefined]>([
  ['that is not there', undefined, 'ClusterNotFound'],
  ['of another tenant', { spec: { tenantID: 'other' } as Cluster['spec'] }, 'ClusterOfAnotherTenant'],
  ['that is another Cluster already', stalled('True', 'AlreadyImported'), 'ClusterNotImported'],
  ['that is of another hub', stalled('True', 'OfAnotherHub'), 'ClusterNotImported'],
  ['that was once', stalled('False', 'AlreadyImported'), undefined],
  ['that waits for something else', stalled('True', 'RightsMissing'), undefined],
  ['nothing is known of yet', {}, undefined],
])('a cluster %s', (_what, cluster, expected) => {
  expect(problem(cluster)).toBe(expected);
});
