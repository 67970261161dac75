import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import { isSkipped } from '../kubeadm/skipped.ts';

/**
 * Names in `features.skipConditions` by which somebody brings a network of pods of his own. TKEStack's own network was
 * Galaxy.
 */
export const ownNetworkNames = ['EnsureGalaxy', 'EnsureNetwork'] as const;

/** Whether the network of pods is the one made here. */
export function usesBuiltInNetwork(cluster: DeepReadonly<Pick<Cluster, 'spec'>>): boolean {
  return !isSkipped(cluster, ...ownNetworkNames);
}
