import type { Cache, CacheReader } from '@tke/runtime';

import { namespaceKind, type NamespaceObject } from '../objects/kinds.ts';

/** A Namespace, as one that claims a namespace of a member. */
export type Claimant = NamespaceObject;

const placeIndex = 'business.namespace-place';
const clusterIndex = 'business.namespace-cluster';

// Neither name may hold a slash.
const place = (clusterName: string, namespace: string) => `${clusterName}/${namespace}`;

/** Lets Namespaces be found by what they claim. */
export function indexClaimants(cache: Pick<Cache, 'informer'>): void {
  cache.informer(namespaceKind, { indexes: { [placeIndex]: placesOf, [clusterIndex]: clustersOf } });
}

/** The Namespaces, of whatever project, that claim one namespace of a member. */
export function claimantsOf(
  cache: Pick<CacheReader, 'list'>,
  clusterName: string,
  namespace: string,
): readonly Claimant[] {
  return cache.list(namespaceKind, { index: { name: placeIndex, value: place(clusterName, namespace) } });
}

/** The Namespaces, of whatever project, that claim one of a cluster. */
export function claimantsIn(cache: Pick<CacheReader, 'list'>, clusterName: string): readonly Claimant[] {
  return cache.list(namespaceKind, { index: { name: clusterIndex, value: clusterName } });
}

function placesOf({ spec }: Claimant): readonly string[] {
  return [place(spec.clusterName, spec.namespace)];
}

function clustersOf({ spec }: Claimant): readonly string[] {
  return [spec.clusterName];
}
