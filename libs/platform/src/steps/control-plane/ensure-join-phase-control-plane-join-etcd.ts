import type { Attempt, Step, Waiting } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { joinJob } from '../../kubeadm/join-phase.ts';
import { completeJoin, hasJoined, kubeletCertificate } from '../../kubeadm/joined.ts';
import { bootstrapKubeletConf, joinConfigPath } from '../../kubeadm/paths.ts';
import { waitForApiServer } from '../../kubeadm/wait-for-api-server.ts';
import { joiningControlPlane } from '../node/targets.ts';

/**
 * The kubelet gets its certificate only when the API server of its host is up, which may be long after it was started:
 * if its token has been replaced by another one since, it is given that first. $1 its certificate.
 */
const joinScript = `
set -eu
discovery=$(cat)
phase() { printf '%s\\n' "$discovery" | kubeadm join phase "$1" --config ${joinConfigPath}; }
has_token() {
  printf '%s\\n' "$discovery" | sed -n "s/^ *token: '*\\([^']*\\)'*\\$/\\1/p" | grep -qFf - ${bootstrapKubeletConf} 2> /dev/null
}
[ -e "$1" ] || has_token || phase kubelet-start
phase etcd-join
`;

/**
 * The member of etcd of a further host of the control plane, and the API server that comes with it. One host after the
 * other, in the order of spec: etcd refuses another new member while one is catching up.
 */
export const ensureJoinPhaseControlPlaneJoinETCD: Step<BuildScope> = {
  name: 'EnsureJoinPhaseControlPlaneJoinETCD',
  limitMs: 30 * 60_000,
  targets: joiningControlPlane,
  isDone: (scope, { target }) => hasJoined(scope, target),
  run: async (scope, attempt) =>
    (await predecessor(scope, attempt)) ??
    (await joinJob(scope, attempt, ['sh', '-c', joinScript, 'sh', kubeletCertificate(scope.cluster)])) ??
    (await waitForApiServer(await scope.session(attempt.target))) ??
    (await completeJoin(scope, attempt)),
};

async function predecessor(scope: BuildScope, { target }: Attempt): Promise<Waiting | undefined> {
  const hosts = joiningControlPlane(scope);
  const before = hosts[hosts.indexOf(target) - 1];
  if (before === undefined || (await hasJoined(scope, before))) {
    return undefined;
  }
  return { message: `${target} joins after ${before}`, retryAfterMs: 2000 };
}
