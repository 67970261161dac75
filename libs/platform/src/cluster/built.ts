import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

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
