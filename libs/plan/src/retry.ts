import type { JournalEntry } from '@tke/api-platform';
import { CodedError } from '@tke/errors';
import { exponentialDelay, withJitter, type Random } from '@tke/time';

const backoff = { baseMs: 5000, capMs: 300_000 };
// So that hosts that failed together do not come back together.
const jitterShare = 0.2;

/** How long to wait after attempt `number` (from 1) failed, in milliseconds. */
export function retryDelay(error: unknown, number: number, random: Random): number {
  const delay = withJitter(exponentialDelay(number - 1, backoff), jitterShare, random);
  const asked = error instanceof CodedError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  return Math.max(delay, Math.min(asked, backoff.capMs)); // a member's server may ask for years
}

/** Whether a failed attempt waits for its user. */
export function isStalled({ state, retryAt }: JournalEntry): boolean {
  return state === 'Failed' && retryAt === undefined;
}

/** Milliseconds until a failed attempt is followed by another; 0 when it is time. Undefined: it waits for its user. */
export function untilRetry({ retryAt, finishedAt }: JournalEntry, now: number): number | undefined {
  if (retryAt === undefined) {
    return undefined;
  }
  // A clock that was set back must not prolong the wait by as much.
  const setBack = finishedAt !== undefined && now < Date.parse(finishedAt);
  return setBack ? 0 : Math.max(0, Date.parse(retryAt) - now);
}
