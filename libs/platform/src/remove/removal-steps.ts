import { ensureDrain } from './drain-step.ts';
import { ensureHostReleased, ensureHostReset } from './host-steps.ts';
import { ensureNodeGone, ensureRemoveNode } from './node-steps.ts';
import type { RemovalSteps } from './removal.ts';

/** How hosts are taken out of clusters. Routes to them go with their Nodes, which the reconciler of Clusters sees to. */
export const removalSteps: RemovalSteps = {
  remove: [ensureDrain, ensureRemoveNode, ensureHostReset, ensureNodeGone],
  destroy: [ensureHostReset],
  detach: [ensureHostReleased],
};
