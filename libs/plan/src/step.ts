import type { Logger } from '@tke/log';
import type { Clock } from '@tke/time';

/** The target of steps that concern the whole, not one host. */
export const wholeTarget = '';

/** What a step returns that has not taken effect yet: it is run again, as the same attempt, after a while. */
export interface Waiting {
  /** What is waited for, one sentence for people. */
  readonly message: string;
  /** Default 1,000 ms. */
  readonly retryAfterMs?: number;
  /** The detached command on the host that is waited for. */
  readonly job?: string;
}

/** One attempt at a step on one target. The same for everybody who takes the attempt up again, also after a change of leader. */
export interface Attempt {
  readonly step: string;
  readonly target: string;
  /** From 1. Grows with each failure, not when waiting or when another leader takes over. */
  readonly number: number;
  /** Of this attempt and no other: letters, digits and `-`, at most 60. The id of a detached command. */
  readonly id: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
}

/** A named part of a plan. Idempotent: it may be run again after any failure, at any point. */
export interface Step<Scope> {
  /** TKEStack's name where it has one: what `features.skipConditions`, status and users know it by. */
  readonly name: string;
  /** Further names in `features.skipConditions` that leave it out. */
  readonly skippedBy?: readonly string[];
  /**
   * The addresses of the hosts it is for, done at the same time; `[wholeTarget]` for one that concerns the whole. Empty: it does not
   * apply to this plan, and is not counted. Asked once in a pass, before its first step.
   */
  targets(scope: Scope): readonly string[];
  /**
   * Whether it has taken effect already; asked at the begin of every attempt, not when one is taken up again: what is half
   * done by a detached command may look done. Absent: it is always run.
   */
  isDone?(scope: Scope, attempt: Attempt): Promise<boolean>;
  /** Resolves with undefined when it has taken effect. */
  run(scope: Scope, attempt: Attempt): Promise<Waiting | undefined>;
  /**
   * For one attempt, waiting included; over it the attempt fails with StepTimeout (Retryable). Default 600,000 ms. A detached command
   * should end before: the next attempt starts another.
   */
  readonly limitMs?: number;
}
