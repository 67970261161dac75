import type { Machine } from '@tke/api-platform';
import type { Logger } from '@tke/log';
import type { Outcome } from '@tke/runtime';

import type { StatusDraft } from '../objects/status-draft.ts';

type Status = NonNullable<Machine['status']>;
export type MachinePhase = NonNullable<Status['phase']>;

/** One pass over one Machine. */
export interface MachinePass {
  /** Its `object` is the Machine. Fields that were found out go in by `update`; the reconciler writes summary and phase itself. */
  readonly draft: StatusDraft<Machine>;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

export interface MachineResult {
  readonly outcome: Outcome;
  readonly phase: MachinePhase;
  /** When to look again though nothing happens. */
  readonly requeueAfterMs?: number;
}
