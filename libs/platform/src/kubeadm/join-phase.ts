import { Secret } from '@tke/host';
import { isNotFound, type Client } from '@tke/kube-client';
import { coreKinds } from '@tke/meta';
import type { Attempt, Waiting } from '@tke/plan';

import type { BuildScope } from '../build/scope.ts';
import { isWaiting } from '../hosts/host-session.ts';
import { withMember } from '../steps/node/with-member.ts';
import { deleteJoinToken, joinToken, type TokenOwner } from './bootstrap-token.ts';
import { controlPlaneEndpoint } from './control-plane-endpoint.ts';
import { discoveryKubeconfig, joinConfiguration } from './join-configuration.ts';
import { joinConfigPath } from './paths.ts';
import { registeredNode } from './registered-node.ts';

const limitMs = 8 * 60_000;

/** The controller manager publishes the authority of the API server in every namespace. */
const rootCa = { namespace: 'kube-system', name: 'kube-root-ca.crt' } as const;

/**
 * Runs `kubeadm join phase <phase>` on the target of the attempt, as a job. The token is made for this host;
 * `leaveToken` takes it away when it has joined.
 */
export function joinPhase(scope: BuildScope, attempt: Attempt, phase: readonly string[]): Promise<Waiting | undefined> {
  return joinJob(scope, attempt, ['kubeadm', 'join', 'phase', ...phase, '--config', joinConfigPath]);
}

/** The same for a command of ours that calls kubeadm join: it has the kubeconfig for discovery as standard input. */
export function joinJob(scope: BuildScope, attempt: Attempt, argv: readonly string[]): Promise<Waiting | undefined> {
  const { cluster, clock } = scope;
  const { target: ip, signal } = attempt;
  return withMember(scope, async (client) => {
    const ca = await authority(client, signal);
    if (ca === undefined) {
      return { message: 'waiting for the controller manager to publish the authority of the cluster' };
    }
    const session = await scope.session(ip);
    const configuration = joinConfiguration(scope, await registeredNode(scope, ip));
    await session.write(joinConfigPath, configuration, { mode: 0o600, parents: 0o755 });
    const token = await joinToken({ client, clock, signal }, owner(scope, ip));
    const stdin = new Secret(discoveryKubeconfig({ endpoint: controlPlaneEndpoint(cluster), ca, token }));
    const result = await session.job(attempt, argv, { limitMs, stdin });
    return isWaiting(result) ? { ...result, message: `kubeadm join is at work on ${ip}` } : undefined;
  });
}

/** Takes the token of a host away that has joined. */
export function leaveToken(scope: BuildScope, { target, signal }: Attempt): Promise<Waiting | undefined> {
  return withMember(scope, async (client) => {
    await deleteJoinToken({ client, clock: scope.clock, signal }, owner(scope, target));
    return undefined;
  });
}

function owner({ cluster }: BuildScope, ip: string): TokenOwner {
  return { cluster: cluster.metadata.uid ?? '', ip };
}

/** PEM. Over the connection of the platform, whose end has proved itself already. */
async function authority(client: Client, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { data } = await client.get<coreKinds.ConfigMap>(coreKinds.configMap, rootCa, { signal });
    return data?.['ca.crt'];
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}
