import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { joinPhase } from '../../kubeadm/join-phase.ts';
import { joiningControlPlane } from '../node/targets.ts';

/** Certificates, kubeconfig files and static pods of a further host of the control plane. */
export const ensureJoinPhaseControlPlanePrepare: Step<BuildScope> = {
  name: 'EnsureJoinPhaseControlPlanePrepare',
  targets: joiningControlPlane,
  run: (scope, attempt) => joinPhase(scope, attempt, ['control-plane-prepare', 'all']),
};
