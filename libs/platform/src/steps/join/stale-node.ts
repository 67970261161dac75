import { isNotFound } from '@tke/kube-client';
import type { Attempt, Waiting } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { kubeadmErrors } from '../../kubeadm/errors.ts';
import { exists } from '../../kubeadm/joined.ts';
import { bootstrapKubeletConf, kubeletConf } from '../../kubeadm/paths.ts';
import { findNode } from '../node/find-node.ts';
import { isNodeOfMachine } from '../node/machine-ip.ts';
import { isReady, nodeKind, type Node } from '../node/node.ts';
import { nodeAt } from '../node/targets.ts';
import { withMember } from '../node/with-member.ts';

const retryAfterMs = 5000;

/**
 * Deletes the Node that the host was in a former life, e.g. before it was installed anew: the new one would take over
 * its taints and block of addresses. Rejects with NodeNameTaken when the Node is not the host's.
 */
export async function removeStaleNode(scope: BuildScope, { target, signal }: Attempt): Promise<Waiting | undefined> {
  const session = await scope.session(target);
  if ((await exists(session, kubeletConf)) || (await exists(session, bootstrapKubeletConf))) {
    return undefined; // its present life has begun
  }
  const { name } = nodeAt(scope, target);
  return withMember(scope, async (client) => {
    const node = await findNode(client, name, signal);
    if (node === undefined) {
      return undefined;
    }
    if (!isNodeOfMachine(node, target)) {
      throw kubeadmErrors.NodeNameTaken(`the cluster has a Node ${name} already, which is not that of ${target}`);
    }
    if (isReady(node)) {
      return { message: `waiting for the cluster to notice that the former node ${name} is gone`, retryAfterMs };
    }
    const { uid = '' } = node.metadata;
    await client.delete<Node>(nodeKind, { name }, { preconditions: { uid }, signal }).catch((error: unknown) => {
      if (!isNotFound(error)) {
        throw error;
      }
    });
    return undefined;
  });
}
