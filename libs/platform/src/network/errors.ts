import { codedErrors } from '@tke/errors';

export const networkErrors = codedErrors({
  ClusterNetworkInvalid: {
    class: 'NeedsUser',
    meaning:
      'The ranges of pods and services cannot be made from the spec: not CIDRs, overlapping, or too small for what they have to hold. Nothing was done on the hosts.',
    remedy: 'Correct clusterCIDR, serviceCIDR or properties. They cannot be changed later: create the cluster anew.',
  },
  NodeAddressMissing: {
    class: 'NeedsUser',
    meaning: 'The cluster has IPv4 and IPv6, and the host has an address of one of them only on its interface.',
    remedy: 'Give the host an address of each family of the cluster on the interface of its address in spec.',
  },
});
