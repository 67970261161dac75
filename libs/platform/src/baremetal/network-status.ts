import { isIPv6 } from 'node:net';

import type { Cluster } from '@tke/api-platform';

import type { ClusterNetwork } from '../network/cluster-network.ts';
import type { StatusChange } from '../objects/status-draft.ts';

/** The addresses of a cluster as TKEStack's status has them. */
export function networkStatus(network: ClusterNetwork): StatusChange<Cluster> {
  const [clusterCIDR, secondaryClusterCIDR] = network.podCidrs;
  const [serviceCIDR, secondaryServiceCIDR] = network.serviceCidrs;
  return {
    clusterCIDR,
    secondaryClusterCIDR,
    serviceCIDR,
    secondaryServiceCIDR,
    dnsIP: network.dnsIP,
    ...masks(network),
  };
}

/** One field for one family; in dual stack one field for each. */
function masks({ podCidrs, nodeMasks }: ClusterNetwork): StatusChange<Cluster> {
  if (podCidrs.length === 1) {
    return { nodeCIDRMaskSize: nodeMasks[0] };
  }
  const six = podCidrs.findIndex((cidr) => isIPv6(cidr.split('/')[0] ?? ''));
  return { nodeCIDRMaskSizeIPv4: nodeMasks[1 - six], nodeCIDRMaskSizeIPv6: nodeMasks[six] };
}
