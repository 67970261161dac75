import type { Cluster, Machine } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import { formatAddress, parseAddress } from '../network/cidr.ts';

/** Of Clusters and Machines: by the addresses of their hosts, in one spelling. */
export const hostIndex = 'platform.host';

/** Of addons: by the Cluster they are put into. */
export const addonClusterIndex = 'platform.addon-cluster';

/** An address in the spelling that all its spellings share: IPv6 has several. */
export function oneSpelling(ip: string): string {
  try {
    return formatAddress(parseAddress(ip));
  } catch {
    // The schema lets none through that is none; what was stored before that is compared as it is.
    return ip;
  }
}

export function hostsOfCluster({ spec }: DeepReadonly<Cluster>): readonly string[] {
  return [...new Set((spec.machines ?? []).map(({ ip }) => oneSpelling(ip)))];
}

export function hostOfMachine({ spec }: DeepReadonly<Machine>): readonly string[] {
  return [oneSpelling(spec.ip)];
}

export function clusterOfAddon({ spec }: { readonly spec: { readonly clusterName: string } }): readonly string[] {
  return [spec.clusterName];
}
