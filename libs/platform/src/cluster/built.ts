import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

/** Whether the control plane of a cluster that is built here has been made, however well it is now. */
export function isBuilt({ status }: Pick<DeepReadonly<Cluster>, 'status'>): boolean {
  const { plan } = status ?? {};
  return plan !== undefined && (plan.operation !== 'Create' || plan.finishedAt !== undefined);
}
