import type { Random } from '@tke/time';

import { defined } from './defined.ts';
import { failureOf } from './failure.ts';
import { isFinished, type Entry } from './journal.ts';
import { retryDelay, untilRetry } from './retry.ts';
import type { Waiting } from './step.ts';
import { shortened } from './text.ts';
import { timestamp } from './timestamp.ts';
import type { AttemptEnd } from './try-step.ts';

const maxJobLength = 253;

/** Of a step on a target that was never begun. */
export function newEntry(step: string, host: string): Entry {
  return { step, host, state: 'Running', attempt: 0 };
}

/** Whether there is something to do now: begin, go on, or try again. */
export function isDue(entry: Entry, now: number): boolean {
  return entry.state === 'Failed' ? untilRetry(entry, now) === 0 : !isFinished(entry);
}

/** Whether an attempt is under way, whoever began it. */
export function isUnderWay({ state, attempt }: Entry): boolean {
  return state === 'Running' && attempt > 0;
}

/** The next attempt. Why the last one failed stays until this one has ended. */
export function begun({ step, host, attempt, error }: Entry, now: number): Entry {
  return { step, host, state: 'Running', attempt: attempt + 1, startedAt: timestamp(now), ...defined({ error }) };
}

export function skipped({ step, host, attempt }: Entry, now: number): Entry {
  return { step, host, state: 'Skipped', attempt, finishedAt: timestamp(now) };
}

/** What becomes of an attempt that is under way. */
export function ended(entry: Entry, end: AttemptEnd, now: number, random: Random): Entry {
  const { step, host, attempt, startedAt, error: lastError } = entry;
  const same = { step, host, attempt, ...defined({ startedAt }) };
  switch (end.kind) {
    case 'done':
      return { ...same, state: 'Done', finishedAt: timestamp(now) };
    case 'waiting':
      return { ...same, state: 'Running', ...defined({ job: jobOf(end.waiting), error: lastError }) };
    case 'failed': {
      const error = failureOf(end.error);
      const delay = error.class === 'NeedsUser' ? undefined : retryDelay(end.error, attempt, random);
      const retryAt = delay === undefined ? undefined : timestamp(now + delay);
      return { ...same, state: 'Failed', finishedAt: timestamp(now), error, ...defined({ retryAt }) };
    }
  }
}

function jobOf({ job }: Waiting): string | undefined {
  return job === undefined ? undefined : shortened(job, maxJobLength);
}
