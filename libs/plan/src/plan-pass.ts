import type { Logger } from '@tke/log';

import { attemptId } from './attempt-id.ts';
import { defined } from './defined.ts';
import { begun, ended, isDue, isUnderWay, newEntry, skipped } from './entries.ts';
import { isFinished, type Entry, type Journal } from './journal.ts';
import { outcomeOf } from './outcome.ts';
import type { PlanOutcome, PlanResult, PlanRun, PlanRunnerOptions, PlanState } from './plan-run.ts';
import { isSkipped, plannedSteps, type PlannedStep, type PlannedSteps } from './planned-steps.ts';
import { progressOf, type PlanProgress } from './progress.ts';
import type { Step } from './step.ts';
import { startTimeLimit } from './time-limit.ts';
import { timestamp } from './timestamp.ts';
import { tryStep, type AttemptEnd } from './try-step.ts';

/** Hosts a step is at work on at the same time. */
const maxConcurrent = 16;

/** One pass over a plan. Its state is what would be saved now; it is replaced, never changed in place. */
export class PlanPass<Scope> {
  readonly #options: PlanRunnerOptions;
  readonly #run: PlanRun<Scope>;
  readonly #steps: PlannedSteps<Scope>;
  readonly #handledRetry: string | undefined;
  #plan: Omit<PlanProgress, 'step' | 'journal'>;
  /** Name of the step that is under way. */
  #current: string | undefined;
  #journal: Journal;

  constructor(options: PlanRunnerOptions, run: PlanRun<Scope>) {
    const { plan, current, journal, handledRetry } = progressOf(run, options.clock.now());
    this.#options = options;
    this.#run = run;
    this.#steps = plannedSteps(run, current);
    this.#plan = plan;
    this.#current = current;
    this.#journal = journal;
    this.#handledRetry = handledRetry;
  }

  async advance(): Promise<PlanResult> {
    const { interrupted, signal } = this.#run;
    const { done, remaining } = this.#steps;
    for (const [index, planned] of remaining.entries()) {
      this.#enter(planned.step, done.length + index);
      signal.throwIfAborted();
      if (interrupted()) {
        return this.#result({ kind: 'interrupted' });
      }
      const outcome = await this.#perform(planned);
      if (outcome !== undefined) {
        return this.#result(interrupted() ? { kind: 'interrupted' } : outcome);
      }
    }
    return this.#finish();
  }

  #enter({ name }: Step<Scope>, completed: number): void {
    const { done, remaining } = this.#steps;
    this.#current = name;
    this.#plan = { ...this.#plan, completed, total: done.length + remaining.length };
  }

  #finish(): PlanResult {
    const { done, remaining } = this.#steps;
    const total = done.length + remaining.length;
    this.#plan = { ...this.#plan, completed: total, total, finishedAt: timestamp(this.#options.clock.now()) };
    this.#current = undefined;
    return this.#result({ kind: 'done' });
  }

  /** Undefined when the step is finished on all targets. */
  async #perform({ step, targets }: PlannedStep<Scope>): Promise<PlanOutcome | undefined> {
    const { clock } = this.#options;
    this.#journal = this.#journal.withoutStrangers(step.name, targets);
    const entries = () => targets.map((target) => this.#journal.of(step.name, target) ?? newEntry(step.name, target));
    if (isSkipped(step, this.#run.skip)) {
      const left = entries().filter((entry) => !isFinished(entry));
      this.#record(
        step,
        left.map((entry) => skipped(entry, clock.now())),
      );
      return undefined;
    }
    const ends = new Map<string, AttemptEnd>();
    const due = entries().filter((entry) => isDue(entry, clock.now()));
    for (let first = 0; first < due.length; first += maxConcurrent) {
      await this.#attempt(step, due.slice(first, first + maxConcurrent), ends);
    }
    return outcomeOf(entries(), ends, clock.now());
  }

  /** Begins what is not under way, and sees how far each comes. */
  async #attempt(step: Step<Scope>, due: readonly Entry[], ends: Map<string, AttemptEnd>): Promise<void> {
    const { clock, random } = this.#options;
    const fresh = new Set(due.filter((entry) => !isUnderWay(entry)).map(({ host }) => host));
    const entries = due.map((entry) => (fresh.has(entry.host) ? begun(entry, clock.now()) : entry));
    if (fresh.size > 0) {
      this.#record(step, entries);
      await this.#run.save(this.#state());
    }
    const after = await allEnded(
      entries.map(async (entry) => {
        const end = await this.#try(step, entry, fresh.has(entry.host));
        ends.set(entry.host, end);
        return ended(entry, end, clock.now(), random);
      }),
    );
    this.#record(step, after);
  }

  async #try(step: Step<Scope>, entry: Entry, begins: boolean): Promise<AttemptEnd> {
    const { clock, logger } = this.#options;
    const { scope, scopeUntil, signal, uid, operation, endsPass = () => false } = this.#run;
    const { host: target, attempt: number, startedAt = timestamp(clock.now()) } = entry;
    const log = logger.withValues({ step: step.name, target, attempt: number });
    const limit = startTimeLimit({ step, startedAt: Date.parse(startedAt), signal }, clock);
    const key = { uid, operation, startedAt: this.#plan.startedAt ?? '', step: step.name, target, number };
    const attempt = { step: step.name, target, number, id: attemptId(key), signal: limit.signal, log, clock };
    const turn = { step, scope: scopeUntil?.(limit.signal) ?? scope, attempt, begins, limit, signal, endsPass };
    const end = await tryStep(turn).finally(limit.stop);
    tell(log, end);
    return end;
  }

  #record(step: Step<Scope>, entries: readonly Entry[]): void {
    this.#journal = this.#journal.with(step.name, entries);
  }

  #state(): PlanState {
    const { completed, total } = this.#plan;
    const step = this.#current;
    return {
      plan: { ...this.#plan, ...defined({ step }), journal: this.#journal.entries },
      step: step === undefined ? undefined : `${completed + 1}/${total} ${step}`,
      handledRetry: this.#handledRetry,
    };
  }

  #result(outcome: PlanOutcome): PlanResult {
    return { state: this.#state(), outcome };
  }
}

/** Rejects as `Promise.all`, but not before all have ended: nothing goes on behind a pass that is over. */
async function allEnded<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

function tell(log: Logger, end: AttemptEnd): void {
  switch (end.kind) {
    case 'done':
      log.info('step done');
      return;
    case 'waiting':
      log.debug('step waits', { reason: end.waiting.message });
      return;
    case 'failed':
      log.warn('step failed', { error: end.error });
  }
}
