import type { APIAddress, Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import { apiServerPort } from '../kubeadm/paths.ts';

/** The ways to the API server of a cluster that is built here: the balancer, where there is one, and each host of the control plane. */
export function apiAddresses({ spec }: DeepReadonly<Cluster>): readonly APIAddress[] {
  const balancer = spec.features?.ha?.thirdParty;
  return [
    ...(balancer === undefined ? [] : [{ type: 'Advertise' as const, host: balancer.vip, port: balancer.vport }]),
    ...(spec.machines ?? []).map(({ ip }) => ({ type: 'Real' as const, host: ip, port: apiServerPort })),
  ];
}
