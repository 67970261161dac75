import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { joinPhase } from '../../kubeadm/join-phase.ts';
import { completeJoin, hasJoined } from '../../kubeadm/joined.ts';
import { joiningHosts, nodeAt } from '../node/targets.ts';
import { removeStaleNode } from './stale-node.ts';

/**
 * Starts the kubelet, which asks the cluster for a certificate. On a host of the control plane it asks the API server
 * of its own host, which begins with the etcd member: EnsureJoinPhaseControlPlaneJoinETCD sees to the end of it.
 */
export const ensureJoinPhaseKubeletStart: Step<BuildScope> = {
  name: 'EnsureJoinPhaseKubeletStart',
  targets: joiningHosts,
  isDone: (scope, { target }) => hasJoined(scope, target),
  async run(scope, attempt) {
    const waiting = (await removeStaleNode(scope, attempt)) ?? (await joinPhase(scope, attempt, ['kubelet-start']));
    if (waiting !== undefined || nodeAt(scope, attempt.target).role === 'ControlPlane') {
      return waiting;
    }
    return completeJoin(scope, attempt);
  },
};
