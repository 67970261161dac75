import type { Cluster } from '@tke/api-platform';
import type { Logger } from '@tke/log';
import type { Outcome } from '@tke/runtime';

import type { StatusDraft } from '../objects/status-draft.ts';

type Status = NonNullable<Cluster['status']>;
export type ClusterPhase = NonNullable<Status['phase']>;

/** One pass over one Cluster. */
export interface ClusterPass {
  /** Its `object` is the Cluster. Fields a provider found out go in by `update`; the reconciler writes summary and phase itself. */
  readonly draft: StatusDraft<Cluster>;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

export interface PassResult {
  readonly outcome: Outcome;
  readonly phase: ClusterPhase;
  /** When to look again though nothing happens. */
  readonly requeueAfterMs?: number;
}

/** What the platform does for clusters of one `spec.type`. */
export interface ClusterProvider {
  /** Brings the cluster towards its spec, as far as it goes without waiting for long. What it rejects with is told as retrying or stalled. */
  reconcile(pass: ClusterPass): Promise<PassResult>;
  /** The same towards its end; `removed` lets the Cluster go. Must come to that, whatever is dead. */
  remove(pass: ClusterPass): Promise<PassResult | 'removed'>;
}
