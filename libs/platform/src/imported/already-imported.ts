import type { Cluster } from '@tke/api-platform';
import type { CodedError } from '@tke/errors';
import type { ConfigMap, DeepReadonly } from '@tke/meta';

import { ownerOf, type MarkOwner } from './cluster-mark.ts';
import { importErrors } from './errors.ts';

type Clusters = readonly DeepReadonly<Cluster>[];

/** Why a cluster is not to be imported that another Cluster of this hub stands for. `uid`: of its namespace kube-system. */
export function alreadyImported(
  cluster: DeepReadonly<Cluster>,
  clusters: Clusters,
  uid: string,
): CodedError | undefined {
  const other = clusters.find(({ metadata, status }) => status?.uid === uid && metadata.uid !== cluster.metadata.uid);
  return other && importErrors.AlreadyImported(`the cluster is that of ${naming(other, cluster)} already`);
}

/** Why the mark of somebody else is to stay. One that names a Cluster of this hub that is gone need not. */
export function markObjection(
  cluster: DeepReadonly<Cluster>,
  clusters: Clusters,
  us: MarkOwner,
): (mark: Pick<ConfigMap, 'data'>) => CodedError | undefined {
  return (mark) => {
    const owner = ownerOf(mark);
    const named = clusters.find(({ metadata }) => metadata.uid === owner?.uid);
    if (named !== undefined) {
      return importErrors.AlreadyImported(`the cluster is marked as that of ${naming(named, cluster)}`);
    }
    if (owner === undefined) {
      return importErrors.OfAnotherHub(
        'ConfigMap kube-system/tke of the cluster says that a platform has it, and does not name it; TKEStack marks clusters so',
      );
    }
    return owner.hub === us.hub
      ? undefined
      : importErrors.OfAnotherHub(
          `ConfigMap kube-system/tke of the cluster says that hub ${shown(owner.hub)} has it as Cluster ${shown(owner.cluster)}`,
        );
  };
}

/** The name of a Cluster is for its own tenant only. */
function naming(other: DeepReadonly<Cluster>, reader: DeepReadonly<Cluster>): string {
  const isSameTenant = (other.spec.tenantID ?? '') === (reader.spec.tenantID ?? '');
  return isSameTenant ? `Cluster ${other.metadata.name ?? ''}` : 'a Cluster of another tenant';
}

// Anybody in the cluster may have written it.
const longestName = 80;

function shown(text: string): string {
  return JSON.stringify(text.slice(0, longestName));
}
