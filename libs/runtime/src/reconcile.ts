import type { Logger } from '@tke/log';
import type { ObjectKey } from '@tke/meta';

/** Names what to reconcile, and nothing about the event that led to it: reconciling is level-triggered. */
export interface Request extends ObjectKey {
  /** Name of the member cluster the object lives in; absent for the hub. */
  readonly cluster?: string;
}

export interface Result {
  /** Reconcile again after this many milliseconds, with the failure count forgotten. */
  readonly requeueAfterMs?: number;
}

export interface ReconcileContext {
  /** Aborted when the manager stops without grace, leadership is lost, or the reconcile timeout is over. */
  readonly signal: AbortSignal;
  /** Carries controller, object and reconcileID. */
  readonly log: Logger;
}

/**
 * Brings the world to what one object asks for. A rejection is retried with back-off, except a `NeedsUser` error,
 * which waits for the next event of the object.
 */
export interface Reconciler {
  reconcile(request: Request, context: ReconcileContext): Promise<Result | undefined>;
}
