import type { Step } from '@tke/plan';

import type { BuildScope, NodeRole } from '../../build/scope.ts';
import { pointAPIServerHost } from './etc-hosts.ts';
import { everyNode } from './targets.ts';

/** Where hosts that are prepared find the API server. */
export const ensureInitAPIServerHost: Step<BuildScope> = {
  name: 'EnsureInitAPIServerHost',
  targets: everyNode,
  async run(scope, { target }) {
    const role = scope.nodes.find(({ ip }) => ip === target)?.role ?? 'Worker';
    await pointAPIServerHost(await scope.session(target), apiServerAddresses(scope, role));
    return undefined;
  },
};

/**
 * The balancer, where there is one. Else the first host of the control plane for those that follow it, as it is the only one that runs
 * an API server by then; and all of them for workers: Go's resolver takes each line of /etc/hosts, its dialer tries one address
 * after the other, so kubelets outlive the loss of the first host.
 */
export function apiServerAddresses({ cluster, controlPlane }: BuildScope, role: NodeRole): readonly string[] {
  const balancer = cluster.spec.features?.ha?.thirdParty;
  if (balancer !== undefined) {
    return [balancer.vip];
  }
  return role === 'Worker' ? controlPlane : controlPlane.slice(0, 1);
}
