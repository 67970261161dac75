import { isIPv6 } from 'node:net';

import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import { apiServerName } from './api-server-name.ts';
import { apiServerPort } from './paths.ts';

/**
 * Where kubelets and kubeconfig files of the cluster find an API server, `host:port`: a name that /etc/hosts of each
 * host gives an address, that of the balancer where there is one. Hosts of the control plane give it their own, since
 * many balancers do not lead back to the host that asks. A balancer with another port than the API servers has to be
 * named itself.
 */
export function controlPlaneEndpoint({ spec }: DeepReadonly<Pick<Cluster, 'spec'>>): string {
  const balancer = spec.features?.ha?.thirdParty;
  return balancer === undefined || balancer.vport === apiServerPort
    ? `${apiServerName}:${apiServerPort}`
    : `${bracketed(balancer.vip)}:${balancer.vport}`;
}

/** The API server of one host of the control plane. */
export function apiServerOf(ip: string): string {
  return `https://${bracketed(ip)}:${apiServerPort}`;
}

/** As an address stands in URLs (RFC 3986). */
export function bracketed(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}
