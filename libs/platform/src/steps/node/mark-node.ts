import { isConflict } from '@tke/kube-client';
import type { Attempt, Step, Waiting } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { fieldManager } from '../../names.ts';
import { findNode } from './find-node.ts';
import { nodePatch } from './node-patch.ts';
import { nodeKind, type Node } from './node.ts';
import { controlPlaneNodes } from '../host/targets.ts';
import { joiningWorkers, nodeAt } from './targets.ts';
import { withMember } from './with-member.ts';

/** Label and taint of the control plane, labels, annotations and taints of spec. */
export const ensureMarkControlPlane: Step<BuildScope> = {
  name: 'EnsureMarkControlPlane',
  targets: controlPlaneNodes,
  run: markNode,
};

/** Labels, annotations and taints of spec. */
export const ensureMarkNode: Step<BuildScope> = { name: 'EnsureMarkNode', targets: joiningWorkers, run: markNode };

function markNode(scope: BuildScope, { target, signal }: Attempt): Promise<Waiting | undefined> {
  const spec = nodeAt(scope, target);
  const schedulable = scope.cluster.spec.features?.enableMasterSchedule === true;
  return withMember(scope, async (client) => {
    const node = await findNode(client, spec.name, signal);
    if (node === undefined) {
      return { message: `waiting for node ${spec.name} to register` };
    }
    const body = nodePatch(node, spec, { schedulable });
    if (body === undefined) {
      return undefined;
    }
    try {
      await client.patch<Node>(nodeKind, { name: spec.name }, { type: 'merge', body }, { fieldManager, signal });
      return undefined;
    } catch (error) {
      if (isConflict(error)) {
        return { message: `node ${spec.name} has changed in between`, retryAfterMs: 100 };
      }
      throw error;
    }
  });
}
