import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { findNode } from './find-node.ts';
import { isReady, readyCondition } from './node.ts';
import { joiningWorkers, nodeAt } from './targets.ts';
import { withMember } from './with-member.ts';

/** The kubelet says that pods can run on the node. */
export const ensureNodeReady: Step<BuildScope> = {
  name: 'EnsureNodeReady',
  targets: joiningWorkers,
  run: (scope, { target, signal }) =>
    withMember(scope, async (client) => {
      const { name } = nodeAt(scope, target);
      const node = await findNode(client, name, signal);
      if (node !== undefined && isReady(node)) {
        return undefined;
      }
      const why =
        node === undefined ? 'it has not registered' : (readyCondition(node)?.message ?? 'it has not said why');
      return { message: `node ${name} is not ready: ${why}`, retryAfterMs: 1000 };
    }),
};
