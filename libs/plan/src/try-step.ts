import { abortable } from '@tke/time';

import type { Attempt, Step, Waiting } from './step.ts';
import type { TimeLimit } from './time-limit.ts';

export type AttemptEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'waiting'; readonly waiting: Waiting }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface Turn<Scope> {
  readonly step: Step<Scope>;
  readonly scope: Scope;
  readonly attempt: Attempt;
  /** Whether the attempt begins now; else it is taken up again. */
  readonly begins: boolean;
  readonly limit: TimeLimit;
  /** Of the pass. */
  readonly signal: AbortSignal;
  /** See `PlanRun`. */
  readonly endsPass: (error: unknown) => boolean;
}

/** Rejects only when the pass is aborted, or with what ends it. Does not wait for a step that ignores its signal. */
export async function tryStep<Scope>(turn: Turn<Scope>): Promise<AttemptEnd> {
  const { attempt, limit, signal, endsPass } = turn;
  try {
    const waiting = await abortable(takeEffect(turn), attempt.signal);
    if (waiting === undefined) {
      return { kind: 'done' };
    }
    return limit.isOver() ? { kind: 'failed', error: limit.error } : { kind: 'waiting', waiting };
  } catch (error) {
    signal.throwIfAborted();
    if (endsPass(error)) {
      throw error;
    }
    return { kind: 'failed', error };
  }
}

async function takeEffect<Scope>({ step, scope, attempt, begins }: Turn<Scope>): Promise<Waiting | undefined> {
  if (begins && (await step.isDone?.(scope, attempt)) === true) {
    return undefined;
  }
  // Nobody waits for it any more.
  attempt.signal.throwIfAborted();
  return step.run(scope, attempt);
}
