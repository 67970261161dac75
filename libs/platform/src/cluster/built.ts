import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import { createClusterSteps } from '../steps/create-cluster.ts';
import { ensureMarkControlPlane } from '../steps/node/mark-node.ts';

type Judged = Pick<DeepReadonly<Cluster>, 'status'>;

/** Whether the control plane of a cluster that is built here has been made, however well it is now. */
export function isBuilt({ status }: Judged): boolean {
  const { plan } = status ?? {};
  return plan !== undefined && (plan.operation !== 'Create' || plan.finishedAt !== undefined);
}

/** Whether its hosts have passed preflight, the first step: their keys are known, and its version stays. A later plan begins at 0 again. */
export function isBegun(cluster: Judged): boolean {
  return (cluster.status?.plan?.completed ?? 0) > 0 || isBuilt(cluster);
}

const creation = createClusterSteps.map(({ name }) => name);

/**
 * Whether machines can join: all hosts of the control plane have, so that no etcd member comes while a kubelet asks for its certificate.
 * What follows in its plan, network and the proof that it works, needs no worker and takes as long as a join.
 */
export function isJoinable(cluster: Judged): boolean {
  return (
    isBuilt(cluster) ||
    creation.indexOf(cluster.status?.plan?.step ?? '') > creation.indexOf(ensureMarkControlPlane.name)
  );
}
