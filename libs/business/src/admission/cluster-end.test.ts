import { afterAll, expect, test } from '@jest/globals';
import { cacheOf } from '@tke/runtime/testing';

import { indexClaimants } from '../namespace/claimants.ts';
import { aCluster, aNamespace } from '../testing/objects.ts';
import { clusterEndWarnings } from './cluster-end.ts';

const stop = new AbortController();
afterAll(() => stop.abort());

test('the end of a cluster is said to concern the namespaces that projects of its tenant have there', async () => {
  const theirs = aNamespace('prj-t', ['cls-a', 'shop'], {}, { tenantID: 'other' });
  const stored = [
    ...['web', 'shop', 'blog', 'mail'].map((name) => aNamespace('prj-a', ['cls-a', name])),
    ...[aNamespace('prj-b', ['cls-b', 'web']), theirs],
  ];
  const warnings = clusterEndWarnings(await cacheOf(stored, indexClaimants, stop.signal));
  expect(warnings(aCluster('cls-a'))).toEqual([
    '4 namespaces of projects are in Cluster cls-a (prj-a/cls-a-blog, prj-a/cls-a-mail, prj-a/cls-a-shop, …): without it they are not kept',
  ]);
  expect(warnings(aCluster('cls-b'))).toEqual([
    '1 namespace of projects is in Cluster cls-b (prj-b/cls-b-web): without it they are not kept',
  ]);
  expect(warnings(aCluster('cls-c'))).toEqual([]);
});
