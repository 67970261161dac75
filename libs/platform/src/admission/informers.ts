import { cluster, clusterCredential, machine, secretTenantLabel, type Cluster, type Machine } from '@tke/api-platform';
import { coreKinds, type KubeObject } from '@tke/meta';
import type { Cache, Permission } from '@tke/runtime';

import { indexMachines } from '../build/machines-of.ts';
import { addonKinds } from './addon.ts';
import { addonClusterIndex, clusterOfAddon, hostIndex, hostOfMachine, hostsOfCluster } from './indexes.ts';

/** Asks the cache for everything admission reads, on every replica. */
export function registerAdmissionInformers(cache: Pick<Cache, 'informer'>, namespace: string): void {
  indexMachines(cache);
  cache.informer<Machine>(machine, { indexes: { [hostIndex]: hostOfMachine } });
  cache.informer<Cluster>(cluster, { indexes: { [hostIndex]: hostsOfCluster } });
  cache.informer<KubeObject>(clusterCredential);
  cache.informer(coreKinds.secret, { namespace, labelSelector: secretTenantLabel });
  for (const kind of addonKinds) {
    cache.informer(kind, { indexes: { [addonClusterIndex]: clusterOfAddon } });
  }
}

/** What the manager needs on the hub to know all that. */
export function admissionPermissions(namespace: string): readonly Permission[] {
  const verbs = ['get', 'list', 'watch'] as const;
  const kinds = [cluster, machine, clusterCredential, ...addonKinds];
  return [
    { group: cluster.group, resources: kinds.map(({ plural }) => plural), verbs },
    { group: '', resources: ['secrets'], verbs, namespace },
  ];
}
