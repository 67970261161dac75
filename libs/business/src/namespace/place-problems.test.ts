import { expect, test } from '@jest/globals';
import type { Cluster } from '@tke/api-platform';
import type { CacheReader } from '@tke/runtime';

import { aNamespace, aProject } from '../testing/objects.ts';
import { placeProblems, type PlaceProblem } from './place-problems.ts';

/** What keeps a Namespace from a cluster that has come to this. */
function problems(cluster: Partial<Cluster> | undefined, namespace = 'web'): readonly PlaceProblem[] {
  const claimant = aNamespace('prj-a', ['cls-a', namespace], { cpu: 1 });
  const found = cluster && { spec: { tenantID: claimant.spec.tenantID }, ...cluster };
  const parent = aProject('prj-a', {}, { tenantID: namespace === 'web' ? 'acme' : 'other' });
  return placeProblems(claimant, parent, { get: () => found } as unknown as CacheReader);
}

const stalled = (status: 'True' | 'False', reason: string) => ({
  status: {
    conditions: [{ type: 'Stalled', status, reason, message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }],
  },
});

test.each<[string, Partial<Cluster> | undefined, string[]]>([
  ['that is not there', undefined, ['waiting ClusterNotFound']],
  ['of another tenant', { spec: { tenantID: 'other' } as Cluster['spec'] }, ['refused ClusterOfAnotherTenant']],
  ['that is another Cluster already', stalled('True', 'AlreadyImported'), ['waiting ClusterNotImported']],
  ['that is of another hub', stalled('True', 'OfAnotherHub'), ['waiting ClusterNotImported']],
  ['that was once', stalled('False', 'AlreadyImported'), []],
  ['that waits for something else', stalled('True', 'RightsMissing'), []],
  ['nothing is known of yet', {}, []],
])('a cluster %s', (_what, cluster, expected) => {
  expect(problems(cluster).map(({ kind, error }) => `${kind} ${error.code}`)).toEqual(expected);
});

test('all that is wrong is told, and the status says of each what admission says', () => {
  const found = problems(undefined, 'kube-x');
  expect(found.map(({ field, value, error }) => [error.code, field, value])).toEqual([
    ['SystemNamespace', 'spec.namespace', 'kube-x'],
    ['ProjectOfAnotherTenant', 'metadata.namespace', 'prj-a'],
    ['ClusterNotFound', 'spec.clusterName', 'cls-a'],
  ]);
  for (const { field, value, rule, error } of found) {
    expect(error.message).toBe(`${field} ${value}: ${rule}`);
  }
});
