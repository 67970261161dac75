import type { ClusterNetwork } from '../network/cluster-network.ts';
import { overlaps, parseCidr, type Block } from '../network/cidr.ts';

/** How many nodes a cluster has blocks of pods for. */
export function nodeCapacity({ podCidrs, serviceCidrs, nodeMasks }: ClusterNetwork): number {
  const services = serviceCidrs.map(parseCidr);
  return Math.min(
    ...podCidrs.map((cidr, index) => {
      const pods = parseCidr(cidr);
      const mask = nodeMasks[index] ?? pods.prefix;
      const taken = services
        .filter((block) => overlaps(block, pods))
        .reduce((sum, block) => sum + nodesWithin(block, mask), 0);
      return nodesWithin(pods, mask) - taken;
    }),
  );
}

/** The node IPAM controller gives no node a block that services have a part of (filterOutServiceRange). */
function nodesWithin({ prefix }: Block, mask: number): number {
  return 2 ** Math.max(0, mask - prefix);
}
