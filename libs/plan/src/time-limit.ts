import type { Clock } from '@tke/time';

import { planErrors } from './errors.ts';
import type { Step } from './step.ts';

const defaultLimitMs = 600_000;

// What an attempt waits for may have ended while nobody looked, e.g. while no manager ran. So one that is over its limit is
// asked once more.
const lastLookMs = 10_000;

export interface TimeLimit {
  /** Aborts with StepTimeout at the limit, and with its own reason when the pass is aborted. */
  readonly signal: AbortSignal;
  readonly isOver: () => boolean;
  readonly error: Error;
  readonly stop: () => void;
}

export interface LimitedAttempt {
  readonly step: Pick<Step<never>, 'limitMs'>;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Of the pass. */
  readonly signal: AbortSignal;
}

/** Counts from the begin of the attempt, whoever began it. */
export function startTimeLimit({ step, startedAt, signal }: LimitedAttempt, clock: Clock): TimeLimit {
  const { limitMs = defaultLimitMs } = step;
  // The begin is ahead of our clock where another leader's clock was.
  const elapsed = Math.max(0, clock.now() - startedAt);
  const left = limitMs - elapsed;
  const error = planErrors.StepTimeout(`did not end within ${limitMs / 1000} s`);
  const limit = new AbortController();
  const timer = clock.setTimer(Math.max(left, Math.min(lastLookMs, limitMs)), () => limit.abort(error));
  const begin = clock.monotonic();
  return {
    signal: AbortSignal.any([signal, limit.signal]),
    isOver: () => clock.monotonic() - begin >= left,
    error,
    stop: () => timer.cancel(),
  };
}
