import type { Cluster } from '@tke/api-platform';
import { isCoded } from '@tke/errors';
import type { DeepReadonly } from '@tke/meta';
import type { FieldProblem } from '@tke/webhook';

import type { ClusterNetwork } from '../network/cluster-network.ts';
import { deriveNetwork } from '../network/derive-network.ts';

/** The addresses of a cluster that is built here; undefined for what cannot be built. */
export function networkOf(cluster: DeepReadonly<Cluster>): ClusterNetwork | undefined {
  const found = networkOrError(cluster);
  return found instanceof Error ? undefined : found;
}

/** What kubeadm would refuse, and could not be corrected later. */
export function networkProblems(cluster: DeepReadonly<Cluster>): readonly FieldProblem[] {
  const found = networkOrError(cluster);
  const { clusterCIDR, serviceCIDR } = cluster.spec;
  return found instanceof Error
    ? [
        {
          field: 'spec',
          value: { clusterCIDR, serviceCIDR },
          rule: found.message,
          remedy: found.remedy,
          type: 'Invalid',
        },
      ]
    : [];
}

function networkOrError(cluster: DeepReadonly<Cluster>) {
  try {
    return deriveNetwork(cluster);
  } catch (error) {
    if (isCoded(error)) {
      return error;
    }
    throw error;
  }
}
