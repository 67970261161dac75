import { machine, type Cluster, type Machine } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import type { Cache, CacheReader } from '@tke/runtime';

/** Index of the informer of Machines: by the Cluster they name. */
export const machineClusterIndex = 'platform.cluster';

/** Asks for the informer of Machines with its index. May be called by whoever needs it, any number of times. */
export function indexMachines(cache: Pick<Cache, 'informer'>): void {
  cache.informer<Machine>(machine, { indexes: { [machineClusterIndex]: clusterNameOf } });
}

/**
 * The Machines of a cluster, those that are being deleted included. One of another tenant is none: whoever makes it may not reach
 * into the cluster.
 */
export function machinesOf(
  cache: CacheReader,
  { metadata, spec }: DeepReadonly<Cluster>,
): readonly DeepReadonly<Machine>[] {
  const index = { name: machineClusterIndex, value: metadata.name ?? '' };
  return cache.list<Machine>(machine, { index }).filter((each) => (each.spec.tenantID ?? '') === (spec.tenantID ?? ''));
}

function clusterNameOf({ spec }: DeepReadonly<Machine>): readonly string[] {
  return [spec.clusterName];
}
