import { businessNamespace, type BusinessNamespace } from '@tke/api-business';
import type { DeepReadonly, Kind } from '@tke/meta';
import type { Cache, CacheReader } from '@tke/runtime';

export const namespaceKind: Kind<BusinessNamespace> = businessNamespace;

export type Claim = DeepReadonly<BusinessNamespace>;

const claimIndex = 'business.claim';
const clusterIndex = 'business.namespace-cluster';

// Neither name may hold a slash.
const place = (clusterName: string, namespace: string) => `${clusterName}/${namespace}`;

/** Lets Namespaces be found by what they claim. */
export function indexClaims(cache: Pick<Cache, 'informer'>): void {
  cache.informer(namespaceKind, { indexes: { [claimIndex]: claimOf, [clusterIndex]: clusterOf } });
}

/** The Namespaces, of whatever project, that claim one namespace of a member. */
export function claimsOf(cache: Pick<CacheReader, 'list'>, clusterName: string, namespace: string): readonly Claim[] {
  return cache.list(namespaceKind, { index: { name: claimIndex, value: place(clusterName, namespace) } });
}

/** The Namespaces, of whatever project, that claim one of a cluster. */
export function claimsIn(cache: Pick<CacheReader, 'list'>, clusterName: string): readonly Claim[] {
  return cache.list(namespaceKind, { index: { name: clusterIndex, value: clusterName } });
}

function claimOf({ spec }: Claim): readonly string[] {
  return [place(spec.clusterName, spec.namespace)];
}

function clusterOf({ spec }: Claim): readonly string[] {
  return [spec.clusterName];
}
