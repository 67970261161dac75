import { wholeTarget, type Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { kubeadmErrors } from '../../kubeadm/errors.ts';
import { deriveNetwork } from '../../network/derive-network.ts';
import { usesBuiltInNetwork } from '../../network/built-in-network.ts';

/**
 * What spec leaves out can be worked out. TKEStack made up tokens and keys here; nothing is made up any more that could
 * come out otherwise next time.
 */
export const ensureClusterComplete: Step<BuildScope> = {
  name: 'EnsureClusterComplete',
  targets: () => [wholeTarget],
  async run({ cluster }) {
    deriveNetwork(cluster);
    if (cluster.spec.features?.enableCilium === true && usesBuiltInNetwork(cluster)) {
      throw kubeadmErrors.NetworkNotBuilt(
        'features.enableCilium is true, but the platform does not put Cilium into clusters',
      );
    }
    return Promise.resolve(undefined);
  },
};
