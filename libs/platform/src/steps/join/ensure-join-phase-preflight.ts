import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { joinPhase } from '../../kubeadm/join-phase.ts';
import { exists } from '../../kubeadm/joined.ts';
import { apiServerManifest, kubeletConf } from '../../kubeadm/paths.ts';
import { joiningHosts } from '../node/targets.ts';

/**
 *  What kubeadm itself wants of a host that joins. Asked before anything of a later step is there, which it would
 * complain about.
 */
export const ensureJoinPhasePreflight: Step<BuildScope> = {
  name: 'EnsureJoinPhasePreflight',
  targets: joiningHosts,
  async isDone(scope, { target }) {
    const session = await scope.session(target);
    return (await exists(session, kubeletConf)) || (await exists(session, apiServerManifest));
  },
  run: (scope, attempt) => joinPhase(scope, attempt, ['preflight']),
};
