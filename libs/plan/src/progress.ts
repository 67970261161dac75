import type { PlanStatus } from '@tke/api-platform';

import { Journal, type Entry } from './journal.ts';
import type { PlanRun } from './plan-run.ts';
import { isStalled } from './retry.ts';
import { shortened } from './text.ts';
import { timestamp } from './timestamp.ts';

/** A plan as the status has it, which nobody changes in place. */
export interface PlanProgress extends Readonly<Omit<PlanStatus, 'journal'>> {
  readonly journal?: readonly Entry[];
}

/** How far a plan is at the begin of a pass. */
export interface Progress {
  readonly plan: Omit<PlanProgress, 'step' | 'journal'>;
  /** Name of the step it has come to. */
  readonly current: string | undefined;
  readonly journal: Journal;
  readonly handledRetry: string | undefined;
}

// As long as the schema lets handledRetry be; an annotation may be longer.
const maxRetryLength = 4096;

/** Goes on with the plan of the status where it is of this operation and not finished, else begins a new one. */
export function progressOf(run: Omit<PlanRun<never>, 'scope' | 'scopeUntil' | 'steps'>, now: number): Progress {
  const { operation, generation, state, mended = false } = run;
  const retry = run.retry === undefined ? undefined : shortened(run.retry, maxRetryLength);
  const handledRetry = retry ?? state.handledRetry;
  const { plan } = state;
  if (plan?.operation !== operation || plan.finishedAt !== undefined) {
    const begun = { operation, generation, completed: 0, total: 0, startedAt: timestamp(now) };
    return { plan: begun, current: undefined, journal: new Journal(), handledRetry };
  }
  const { step, journal, ...rest } = plan;
  const retried = handledRetry !== state.handledRetry;
  const changed = mended || plan.generation !== generation;
  // Noted as due, and not only remembered: the pass may end before their turn comes.
  const allowed = (entry: Entry) => entry.state === 'Failed' && (retried || (changed && isStalled(entry)));
  const entries = (journal ?? []).map((entry) => (allowed(entry) ? { ...entry, retryAt: timestamp(now) } : entry));
  return { plan: { ...rest, generation }, current: step, journal: new Journal(entries), handledRetry };
}
