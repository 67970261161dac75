import { cluster, type Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import type { Cache } from '@tke/runtime';

/** Index of the informer of Clusters: by the Secrets that open their hosts. */
export const clusterSecretIndex = 'platform.secret';

export function indexClusters(cache: Pick<Cache, 'informer'>): void {
  cache.informer<Cluster>(cluster, { indexes: { [clusterSecretIndex]: clusterSecrets } });
}

/** Names of the Secrets that open the hosts of a Cluster's control plane. */
export function clusterSecrets({ spec }: DeepReadonly<Cluster>): readonly string[] {
  const logins = (spec.machines ?? []).flatMap(({ proxy, ...login }) => [login, proxy]);
  const names = logins.map((login) => login?.credentialSecretRef?.name).filter((name) => name !== undefined);
  return [...new Set(names)];
}
