import { codedErrors } from '@tke/errors';

/** What keeps a Machine from being what its spec asks, besides what hosts and steps have to say. */
export const machineErrors = codedErrors({
  TenantMismatch: {
    class: 'NeedsUser',
    remedy: 'Name a Cluster of the tenant of the Machine in spec.clusterName: delete the Machine and create it anew.',
  },
  ClusterNotBuilt: {
    class: 'NeedsUser',
    remedy: 'Join the host with the tools of whoever runs the cluster, and delete the Machine.',
  },
  AddressTaken: {
    class: 'NeedsUser',
    remedy: 'Delete the Machine, or what else names the address.',
  },
  NodeMissing: {
    class: 'NeedsUser',
    remedy:
      'Restart the kubelet on the host, which registers its Node again; or delete the Machine, which resets the host, and create it anew.',
  },
  NodeOfAnother: {
    class: 'NeedsUser',
    remedy: 'Give each host a name of its own; then delete the Machine and create it anew.',
  },
  NodeNotReady: {
    class: 'Retryable',
    remedy: 'See the log of the kubelet and of containerd on the host, and the network between host and API server.',
  },
  DrainBlocked: {
    class: 'NeedsUser',
    remedy:
      'Mend what the message names (a PodDisruptionBudget, a pod without controller), or raise spec.drainTimeoutSeconds; evictions go on meanwhile.',
  },
});
