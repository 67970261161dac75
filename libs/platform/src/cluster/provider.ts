import type { Cluster } from '@tke/api-platform';

import type { PlannedPass, PlannedResult } from '../objects/planned-reconciler.ts';

/** One pass over one Cluster. */
export type ClusterPass = PlannedPass<Cluster>;

export type PassResult = PlannedResult<Cluster>;

/** What the platform does for clusters of one `spec.type`. */
export interface ClusterProvider {
  /** Brings the cluster towards its spec, as far as it goes without waiting for long. What it rejects with is told as retrying or stalled. */
  reconcile(pass: ClusterPass): Promise<PassResult>;
  /** The same towards its end; `removed` lets the Cluster go. Must come to that, whatever is dead. */
  remove(pass: ClusterPass): Promise<PassResult | 'removed'>;
}
