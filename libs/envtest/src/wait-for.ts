import { inspect } from 'node:util';

import { errorMessage } from '@tke/errors';
import { abortable, systemClock, type Clock } from '@tke/time';

import { errors } from './errors.ts';

export interface WaitOptions {
  /** What is waited for, as the failure names it: "rule of alice exists". */
  readonly description: string;
  /** Default 30,000: a busy machine can leave a server without a processor for seconds. */
  readonly timeoutMs?: number;
  /** Default 50. */
  readonly intervalMs?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

export type Truthy<T> = Exclude<T, undefined | null | false | 0 | ''>;

/**
 * Asks again and again until the answer is truthy, and returns it. Errors count as "not yet". When the time is over
 * it throws `ConditionNotMet` with the last answer or error.
 */
export async function waitFor<T>(
  condition: (signal: AbortSignal) => T | Promise<T>,
  { description, timeoutMs = 30_000, intervalMs = 50, signal, clock = systemClock }: WaitOptions,
): Promise<Truthy<T>> {
  const deadline = new AbortController();
  const timer = clock.setTimer(timeoutMs, () => deadline.abort());
  const either = AbortSignal.any([deadline.signal, ...(signal === undefined ? [] : [signal])]);
  let last = 'nothing yet';
  try {
    for (;;) {
      const answer = await ask(condition, either);
      if ('value' in answer && answer.value) {
        return answer.value as Truthy<T>;
      }
      last = 'value' in answer ? inspect(answer.value, { depth: 6 }) : `error: ${errorMessage(answer.error)}`;
      await clock.sleep(intervalMs, either);
    }
  } catch {
    signal?.throwIfAborted();
    throw errors.ConditionNotMet(`${description}: not within ${timeoutMs / 1000} s; last: ${last}`);
  } finally {
    timer.cancel();
  }
}

/** Rejects only when the time is over. */
async function ask<T>(
  condition: (signal: AbortSignal) => T | Promise<T>,
  signal: AbortSignal,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await abortable(Promise.resolve(condition(signal)), signal) };
  } catch (error) {
    signal.throwIfAborted();
    return { error };
  }
}
