import { isIP } from 'node:net';

import { defaultClusterCIDR, type Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import {
  addressAt,
  bitsOf,
  block,
  formatAddress,
  formatCidr,
  hostBits,
  lastOf,
  overlaps,
  parseCidr,
  sizeOf,
  type Block,
} from './cidr.ts';
import type { Cidr, ClusterNetwork } from './cluster-network.ts';
import { networkErrors } from './errors.ts';
import { given } from './given.ts';

const defaultServices = 256;
const defaultPodsPerNode = 256;
const defaultDnsDomain = 'cluster.local';

/** kubeadm reserves the tenth address of the first block for DNS (constants.GetDNSIP). */
const dnsIndex = 10n;

/** kubeadm: MaximumBitsForServiceSubnet. */
const mostServiceBits = 20;

/** kubeadm: PodSubnetNodeMaskMaxDiff; the node IPAM controller keeps a bit per block of a node. */
const mostNodeBits = 16;

/**
 * The addresses of a cluster. What spec leaves out follows from the rest, and always comes out the same. Throws
 * ClusterNetworkInvalid for what kubeadm would refuse.
 */
export function deriveNetwork({ spec }: DeepReadonly<Pick<Cluster, 'spec'>>): ClusterNetwork {
  const { clusterCIDR, serviceCIDR, dnsDomain, properties = {}, machines = [] } = spec;
  const maxPodsPerNode = properties.maxNodePodNum ?? defaultPodsPerNode;
  const pods = blocks('clusterCIDR', given(clusterCIDR) ?? defaultClusterCIDR);
  const nodeMasks = pods.map((each) => nodeMask(each, maxPodsPerNode));
  const services = serviceCIDR
    ? blocks('serviceCIDR', serviceCIDR)
    : pods.map((each, i) => serviceTail(each, properties.maxClusterServiceNum ?? defaultServices, nodeMasks[i] ?? 0));
  services.forEach((each) => checkServices(each, serviceCIDR ? pods : []));
  checkMachines(services, machines);
  return {
    podCidrs: texts(pods),
    serviceCidrs: texts(services),
    nodeMasks,
    dnsIP: serviceAddress(services, dnsIndex),
    dnsDomain: given(dnsDomain) ?? defaultDnsDomain,
    maxPodsPerNode,
  };
}

/** The address at which pods find the API server: the first of the services. */
export function apiServiceIP({ serviceCidrs }: Pick<ClusterNetwork, 'serviceCidrs'>): string {
  return serviceAddress([parseCidr(serviceCidrs[0])], 1n);
}

function blocks(field: string, text: string): readonly Block[] {
  try {
    const found = text.split(',').map(parseCidr);
    const families = new Set(found.map(({ family }) => family));
    if (families.size === found.length) {
      return found;
    }
  } catch {
    // said below
  }
  throw networkErrors.ClusterNetworkInvalid(`${field} must be one CIDR, or one of each family with a comma: ${text}`);
}

/**
 * Prefix of the block of a node. IPv4: room for that many addresses. IPv6: as kubeadm once chose it, so that the block
 * of a node ends at a full byte and 512 to 65,536 nodes fit; /120 has room for every number of pods the API allows.
 */
function nodeMask(pods: Block, podsPerNode: number): number {
  const mask =
    pods.family === 4
      ? bitsOf(4) - Math.ceil(Math.log2(podsPerNode))
      : bitsOf(6) - Math.max(Math.floor((hostBits(pods) - 1) / 8) - 1, 1) * 8;
  const nodeBits = mask - pods.prefix;
  if (nodeBits < 0) {
    throw networkErrors.ClusterNetworkInvalid(
      `clusterCIDR ${formatCidr(pods)} must hold the block of one node, /${mask} for ${podsPerNode} pods: use a shorter prefix`,
    );
  }
  if (nodeBits > mostNodeBits) {
    throw networkErrors.ClusterNetworkInvalid(
      `clusterCIDR ${formatCidr(pods)} must have at most ${mostNodeBits} bits for nodes in front of /${mask}, the block of one node: use /${mask - mostNodeBits} or longer, or a larger maxNodePodNum`,
    );
  }
  return mask;
}

/** The end of the block of pods. The node IPAM controller keeps it free of nodes (filterOutServiceRange). */
function serviceTail(pods: Block, services: number, mask: number): Block {
  const prefix = bitsOf(pods.family) - Math.ceil(Math.log2(services));
  const taken = prefix > mask ? block(pods.family, lastOf(pods), mask) : undefined;
  const tail = prefix > pods.prefix ? block(pods.family, lastOf(pods), prefix) : pods;
  if (sizeOf(taken ?? tail) >= sizeOf(pods)) {
    throw networkErrors.ClusterNetworkInvalid(
      `clusterCIDR ${formatCidr(pods)} must hold ${services} services besides the pods of one node: use a shorter prefix, or set serviceCIDR`,
    );
  }
  return tail;
}

function checkServices(services: Block, pods: readonly Block[]): void {
  const shown = formatCidr(services);
  if (sizeOf(services) <= dnsIndex) {
    throw networkErrors.ClusterNetworkInvalid(
      `serviceCIDR ${shown} must have at least 16 addresses: use a shorter prefix`,
    );
  }
  if (hostBits(services) > mostServiceBits) {
    throw networkErrors.ClusterNetworkInvalid(
      `serviceCIDR ${shown} must have at most 2^${mostServiceBits} addresses: use /${bitsOf(services.family) - mostServiceBits} or longer`,
    );
  }
  const other = pods.find((each) => overlaps(each, services));
  if (other !== undefined) {
    throw networkErrors.ClusterNetworkInvalid(`serviceCIDR ${shown} must not overlap clusterCIDR ${formatCidr(other)}`);
  }
}

/** kube-apiserver refuses to start when the service kubernetes and its own address are of different families. */
function checkMachines([first]: readonly Block[], machines: readonly { readonly ip: string }[]): void {
  const other = machines.find(({ ip }) => first !== undefined && isIP(ip) !== first.family);
  if (first !== undefined && other !== undefined) {
    throw networkErrors.ClusterNetworkInvalid(
      `machines must have addresses of the family of the first block of services, ${formatCidr(first)}: ${other.ip} has not`,
    );
  }
}

function serviceAddress([first]: readonly Block[], index: bigint): string {
  return first === undefined ? '' : formatAddress(addressAt(first, index));
}

function texts(found: readonly Block[]): readonly [Cidr] | readonly [Cidr, Cidr] {
  const [first = '', second] = found.map(formatCidr);
  return second === undefined ? [first] : [first, second];
}
