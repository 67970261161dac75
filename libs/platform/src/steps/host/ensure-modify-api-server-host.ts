import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { apiServerPort } from '../../kubeadm/paths.ts';
import { pointAPIServerHost } from './etc-hosts.ts';
import { controlPlaneNodes } from './targets.ts';

/**
 * Hosts of the control plane ask their own API server once they have one. Not where clients use another port: that is the balancer's,
 * and nothing listens to it on the host.
 */
export const ensureModifyAPIServerHost: Step<BuildScope> = {
  name: 'EnsureModifyAPIServerHost',
  targets: (scope) => (balancerPort(scope) === apiServerPort ? controlPlaneNodes(scope) : []),
  async run(scope, { target }) {
    await pointAPIServerHost(await scope.session(target), [target]);
    return undefined;
  },
};

function balancerPort({ cluster }: BuildScope): number {
  return cluster.spec.features?.ha?.thirdParty?.vport ?? apiServerPort;
}
