import type { PlanOperation } from '@tke/api-platform';

import type { Logger } from '@tke/log';
import type { Clock, Random } from '@tke/time';

import type { PlanProgress } from './progress.ts';
import type { Step } from './step.ts';

/** The part of a status that says how far a plan is. */
export interface PlanState {
  readonly plan?: PlanProgress | undefined;
  /** For printing: `7/31 EnsureKubelet`; absent when the plan is done. */
  readonly step?: string | undefined;
  /** The value of the retry annotation that was answered last. */
  readonly handledRetry?: string | undefined;
}

export interface PlanRun<Scope> {
  /** UID of the object whose plan it is, part of the ids of attempts. */
  readonly uid: string;
  readonly operation: PlanOperation;
  readonly steps: readonly Step<Scope>[];
  readonly scope: Scope;
  /** The scope as one attempt has it, so that what it has begun ends with it. Default: `scope` itself. */
  readonly scopeUntil?: (signal: AbortSignal) => Scope;
  /** `features.skipConditions`. */
  readonly skip: readonly string[];
  /** `metadata.generation`: a change of it lets a step that waits for its user be tried again. */
  readonly generation: number;
  /** Value of the annotation platform.tkestack.io/retry; another one than `handledRetry` does the same, and ends a back-off. */
  readonly retry: string | undefined;
  /** Whether something else has changed that a step may have waited for its user to mend, e.g. a Secret. Default false. */
  readonly mended?: boolean;
  /** As the status has it. A plan of another operation, or one that is finished, gives way to a new one. */
  readonly state: PlanState;
  readonly signal: AbortSignal;
  /** Puts the state into the status before anything that cannot be repeated harmlessly. A rejection ends the pass. */
  readonly save: (state: PlanState) => Promise<void>;
  /**
   * Whether an error of a step says that this process is not to go on, e.g. as another one leads by now. Nothing is made of it: the pass
   * rejects with it, and whoever leads takes the same attempt up. Default: none does.
   */
  readonly endsPass?: (error: unknown) => boolean;
  /** Asked between steps: something more important has come up, e.g. the object is being deleted. */
  readonly interrupted: () => boolean;
}

export type PlanOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'interrupted' }
  /** A step waits for something that takes its time. */
  | { readonly kind: 'waiting'; readonly message: string; readonly afterMs: number }
  /**
   * A step failed, and is tried again by itself. The error names step and host, and is the same until then; its `cause` is what the
   * step rejected with, in the pass in which it did.
   */
  | { readonly kind: 'retrying'; readonly error: unknown; readonly afterMs: number }
  /** A step failed, and waits for a change of spec or the retry annotation. The error as for `retrying`; its remedy says how to retry. */
  | {
      readonly kind: 'stalled';
      readonly error: unknown;
      /** When other targets of the step have something to do; undefined when all wait for the user. */
      readonly afterMs?: number;
    };

export interface PlanResult {
  /** For the caller to put into the status: what came after the last `save` is not there yet. */
  readonly state: PlanState;
  readonly outcome: PlanOutcome;
}

export interface PlanRunnerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}
