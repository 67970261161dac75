import { failureReport, subjectOf } from './failure.ts';
import { isFinished, type Entry } from './journal.ts';
import type { PlanOutcome } from './plan-run.ts';
import { isStalled, untilRetry } from './retry.ts';
import type { Waiting } from './step.ts';
import type { AttemptEnd } from './try-step.ts';

const defaultWaitMs = 1000;
// So that a step that asks to be run again at once does not keep the processor busy.
const shortestWaitMs = 100;

/**
 * What keeps a step from being finished: the worst of what happened to its targets. Undefined when it is finished.
 * `entries` are those of all its targets, in their order; `ends` how the attempts of this pass ended, by target.
 */
export function outcomeOf(
  entries: readonly Entry[],
  ends: ReadonlyMap<string, AttemptEnd>,
  now: number,
): PlanOutcome | undefined {
  const unfinished = entries.filter((entry) => !isFinished(entry));
  const waits = waitsOf(unfinished, ends);
  const failed = unfinished.filter(({ state }) => state === 'Failed');
  const afterMs = Math.min(
    ...failed.map((entry) => untilRetry(entry, now) ?? Infinity),
    ...waits.map(({ retryAfterMs = defaultWaitMs }) => Math.max(shortestWaitMs, retryAfterMs)),
  );
  const stalled = errorOf(unfinished.filter(isStalled), ends);
  if (stalled !== undefined) {
    return { kind: 'stalled', error: stalled, ...(Number.isFinite(afterMs) && { afterMs }) };
  }
  const error = errorOf(failed, ends);
  if (error !== undefined) {
    return { kind: 'retrying', error, afterMs };
  }
  const [first] = waits;
  return first === undefined ? undefined : { kind: 'waiting', message: first.message, afterMs };
}

function errorOf([first, ...others]: readonly Entry[], ends: ReadonlyMap<string, AttemptEnd>): Error | undefined {
  if (first === undefined) {
    return undefined;
  }
  const end = ends.get(first.host);
  return failureReport([first, ...others], end?.kind === 'failed' ? end.error : undefined);
}

/** Each with its step and host in the message. */
function waitsOf(entries: readonly Entry[], ends: ReadonlyMap<string, AttemptEnd>): readonly Waiting[] {
  return entries.flatMap(({ step, host }) => {
    const end = ends.get(host);
    return end?.kind === 'waiting'
      ? [{ ...end.waiting, message: `${subjectOf(step, host)}: ${end.waiting.message}` }]
      : [];
  });
}
