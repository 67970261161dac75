import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';

import { claimantsIn } from '../namespace/claimants.ts';
import { firstNames } from '../objects/first-names.ts';
import { isSameTenant } from '../objects/is-same-tenant.ts';

/** Tells what projects have in a Cluster that is to be deleted. `kubectl delete` does not ask. The cache needs what `setupBusiness` says. */
export function clusterEndWarnings(
  cache: Pick<CacheReader, 'list'>,
): (cluster: DeepReadonly<Cluster>) => readonly string[] {
  return (cluster) => {
    const { name = '' } = cluster.metadata;
    const inside = claimantsIn(cache, name).filter((claimant) => isSameTenant(claimant, cluster));
    const names = inside.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
    const what = names.length === 1 ? '1 namespace of projects is' : `${names.length} namespaces of projects are`;
    return names.length === 0
      ? []
      : [`${what} in Cluster ${name} (${firstNames(names)}): without it they are not kept`];
  };
}
