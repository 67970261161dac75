import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import type { Attempt, Waiting } from '@tke/plan';

import type { BuildScope } from '../build/scope.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { given } from '../network/given.ts';
import { leaveToken } from './join-phase.ts';
import { bootstrapKubeletConf } from './paths.ts';

/**
 * Where a kubelet keeps the certificate it got from the cluster. kubelet.conf says nothing of that: the kubelet writes
 * it before it asks.
 */
export function kubeletCertificate({ spec }: DeepReadonly<Cluster>): string {
  return `${given(spec.kubeletExtraArgs?.['cert-dir']) ?? '/var/lib/kubelet/pki'}/kubelet-client-current.pem`;
}

/** Whether the kubelet of the host has a certificate of its own, and the token it got it with is gone. */
export async function hasJoined(scope: BuildScope, ip: string): Promise<boolean> {
  const session = await scope.session(ip);
  return (await exists(session, kubeletCertificate(scope.cluster))) && !(await exists(session, bootstrapKubeletConf));
}

/**
 *  Waits until the kubelet has its certificate, and takes the token away: first in the cluster, then on the host, which
 * ends the join.
 */
export async function completeJoin(scope: BuildScope, attempt: Attempt): Promise<Waiting | undefined> {
  const session = await scope.session(attempt.target);
  if (!(await exists(session, kubeletCertificate(scope.cluster)))) {
    return { message: `waiting for the kubelet on ${session.ip} to get its certificate` };
  }
  const waiting = await leaveToken(scope, attempt);
  if (waiting === undefined) {
    await session.run(['rm', '-f', '--', bootstrapKubeletConf]);
  }
  return waiting;
}

export async function exists(session: HostSession, path: string): Promise<boolean> {
  return (await session.stat(path)) !== undefined;
}
