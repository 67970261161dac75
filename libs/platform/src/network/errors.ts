import { codedErrors } from '@tke/errors';

export const networkErrors = codedErrors({
  ClusterNetworkInvalid: {
    class: 'NeedsUser',
    remedy: 'Correct clusterCIDR, serviceCIDR or properties. They cannot be changed later: create the cluster anew.',
  },
  NodeAddressMissing: {
    class: 'NeedsUser',
    remedy: 'Give the host an address of each family of the cluster on the interface of its address in spec.',
  },
});
