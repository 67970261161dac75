import { isConflict, isNotFound } from '@tke/kube-client';
import { wholeTarget, type Attempt, type Waiting } from '@tke/plan';

import { givingUp } from './give-up.ts';
import { findNodeOf } from '../machine/find-node.ts';
import { nodeKind } from '../steps/node/node.ts';
import type { RemovalScope, RemovalStep } from './removal-scope.ts';

// With the back-off of plans about five minutes.
const attempts = 7;

const limitMs = 60_000;

/** Deletes the Node, so that the pods of a dead host may be made elsewhere. */
export const ensureRemoveNode = removingNode('EnsureRemoveNode');

/**
 * Deletes the Node that has come back: a kubelet registers itself when it starts, and the host may have been booted before it was reset.
 */
export const ensureNodeGone = removingNode('EnsureNodeGone');

function removingNode(name: string): RemovalStep {
  const step: RemovalStep = { name, targets: () => [wholeTarget], limitMs, run: removeNode };
  return givingUp(step, {
    attempts,
    leftover: ({ cluster, draft }, _target, why) => ({
      host: cluster.metadata.name ?? '',
      what: `The Node of ${draft.object.spec.ip}: ${why}`,
      remedy: 'Delete the Node in the cluster.',
    }),
  });
}

async function removeNode(scope: RemovalScope, { signal }: Attempt): Promise<Waiting | undefined> {
  const client = scope.member();
  const node = await findNodeOf(client, scope.draft.object, signal);
  if (node === undefined) {
    return undefined;
  }
  const { name = '', uid, deletionTimestamp } = node.metadata;
  if (deletionTimestamp === undefined) {
    // Of this Node: another host may have registered under the name since it was read.
    const preconditions = uid === undefined ? {} : { uid };
    await client.delete(nodeKind, { name }, { preconditions, signal }).catch((error: unknown) => {
      if (!isNotFound(error) && !isConflict(error)) {
        throw error;
      }
    });
  }
  return { message: `the end of Node ${name} is waited for`, retryAfterMs: 500 };
}
