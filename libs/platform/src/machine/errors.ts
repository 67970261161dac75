import { codedErrors } from '@tke/errors';

/** What keeps a Machine from being what its spec asks, besides what hosts and steps have to say. */
export const machineErrors = codedErrors({
  TenantMismatch: {
    class: 'NeedsUser',
    meaning: 'A Machine names a Cluster of another tenant. Nothing is done on the host.',
    remedy:
      'Delete the Machine, and create it anew for a Cluster of its tenant: neither spec.clusterName nor a spec.tenantID that is set can be changed.',
  },
  ClusterNotBuilt: {
    class: 'NeedsUser',
    meaning:
      'A Machine names an imported Cluster. Hosts join clusters that the platform has built, for which it has the CA and the tools.',
    remedy: 'Join the host with the tools of whoever runs the cluster, and delete the Machine.',
  },
  AddressTaken: {
    class: 'NeedsUser',
    meaning:
      'The address of the Machine is that of a host of the control plane, or of an older Machine of the cluster. Nothing is done on the host for this one.',
    remedy: 'Delete the Machine, or what else names the address.',
  },
  NodeMissing: {
    class: 'NeedsUser',
    meaning: 'The host has joined, and the cluster does not know its Node any more: somebody deleted it.',
    remedy:
      'Restart the kubelet on the host, which registers its Node again; or delete the Machine, which resets the host, and create it anew.',
  },
  NodeOfAnother: {
    class: 'NeedsUser',
    meaning:
      'The Node of the name under which the host joined belongs to another Machine: two hosts have one name, and the second took the place of the first.',
    remedy: 'Give each host a name of its own; then delete the Machine and create it anew.',
  },
  NodeNotReady: {
    class: 'Retryable',
    meaning:
      'The cluster says of the Node that it is not ready; the message has its words. It is looked at again until it is.',
    remedy: 'See the log of the kubelet and of containerd on the host, and the network between host and API server.',
  },
  DrainBlocked: {
    class: 'NeedsUser',
    meaning:
      '`spec.availability: Drained` asks for a Node without pods, and the time for it is over with pods still there. PodDisruptionBudgets are kept, and pods without a controller are left alone, since nothing would start them elsewhere; the Node stays cordoned.',
    remedy:
      'Mend what the message names (a PodDisruptionBudget, a pod without controller), or raise spec.drainTimeoutSeconds; evictions go on meanwhile.',
  },
});
