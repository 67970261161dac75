import { randomUUID } from 'node:crypto';

import { CodedError, errorMessage } from '@tke/errors';
import { isConflict } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import { TimeSlice, type Clock } from '@tke/time';

import type { ControllerMetrics, ReconcileOutcome } from '../metrics/controller-metrics.ts';
import type { QueueItem, WorkQueue } from '../queue/work-queue.ts';
import type { Reconciler } from '../reconcile.ts';
import { controllerErrors } from './errors.ts';
import { parseRequestKey } from './request-key.ts';

export interface ReconcileLoopOptions {
  readonly queue: WorkQueue;
  readonly reconciler: Reconciler;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ControllerMetrics;
  readonly reconcileTimeoutMs?: number;
  readonly hardStop?: AbortSignal;
}

/** Takes keys from the queue and deals with what the reconciler makes of them. Any number of `run` may go on at once. */
export class ReconcileLoop {
  readonly #options: ReconcileLoopOptions;
  /** Reconciles that wait for nothing must not keep the other callbacks of the process from running. */
  readonly #slice: TimeSlice;
  /** Reconciles under way. */
  readonly #attempts = new Set<AbortController>();
  /** The last error of each failing key, so that a retry that fails in the same way is not logged again. */
  readonly #lastErrors = new Map<string, string>();

  constructor(options: ReconcileLoopOptions) {
    this.#options = options;
    this.#slice = new TimeSlice(options.clock);
    options.hardStop?.addEventListener('abort', () => this.#abortAll(options.hardStop?.reason), { once: true });
  }

  /** Resolves when the queue is shut down and the key in hand is done. */
  async run(): Promise<void> {
    const { queue } = this.#options;
    for (let item = await queue.get(); item !== undefined; item = await queue.get()) {
      await this.#reconcile(item);
      queue.done(item.key);
      if (this.#slice.spent) {
        await this.#slice.nextTurn();
      }
    }
  }

  async #reconcile(item: QueueItem): Promise<void> {
    const { clock, metrics, reconciler, log: baseLog } = this.#options;
    const request = parseRequestKey(item.key);
    const log = baseLog.withValues({ object: item.key, reconcileID: randomUUID() });
    const attempt = this.#begin();
    const startedAt = clock.monotonic();
    let outcome: ReconcileOutcome = 'error';
    try {
      const result = await reconciler.reconcile(request, { signal: attempt.controller.signal, log });
      outcome = this.#succeed(item, result?.requeueAfterMs ?? 0);
    } catch (error) {
      this.#fail(item, error, log);
    } finally {
      attempt.end();
      metrics.ended(outcome, (clock.monotonic() - startedAt) / 1000);
    }
  }

  #begin(): { controller: AbortController; end: () => void } {
    const { clock, metrics, reconcileTimeoutMs, hardStop } = this.#options;
    const controller = new AbortController();
    if (hardStop?.aborted === true) {
      controller.abort(hardStop.reason);
    }
    this.#attempts.add(controller);
    metrics.started();
    const timer =
      reconcileTimeoutMs === undefined
        ? undefined
        : clock.setTimer(reconcileTimeoutMs, () => {
            metrics.timeout();
            controller.abort(
              controllerErrors.ReconcileTimedOut(`the reconcile did not end within ${reconcileTimeoutMs / 1000} s`),
            );
          });
    const end = () => {
      timer?.cancel();
      this.#attempts.delete(controller);
    };
    return { controller, end };
  }

  #succeed({ key, priority }: QueueItem, requeueAfterMs: number): ReconcileOutcome {
    const { queue } = this.#options;
    this.#lastErrors.delete(key);
    queue.forget(key);
    if (requeueAfterMs > 0) {
      queue.add(key, { priority, afterMs: requeueAfterMs });
      return 'requeue_after';
    }
    return 'success';
  }

  #fail({ key, priority }: QueueItem, error: unknown, log: Logger): void {
    const { queue, metrics } = this.#options;
    const coded = error instanceof CodedError ? error : undefined;
    if (isPanic(error)) {
      metrics.panic();
    }
    if (coded?.class === 'NeedsUser') {
      metrics.terminalError();
      queue.forget(key);
    } else {
      queue.add(key, { priority, rateLimited: true, afterMs: (coded?.retryAfterSeconds ?? 0) * 1000 });
    }
    this.#logFailure(key, error, log);
  }

  #logFailure(key: string, error: unknown, log: Logger): void {
    const text = `${error instanceof CodedError ? error.code : ''} ${errorMessage(error)}`;
    const fields = { error, failures: this.#options.queue.failures(key) };
    if (this.#options.hardStop?.aborted === true) {
      log.debug('Reconcile aborted', fields);
    } else if (this.#lastErrors.get(key) === text) {
      log.debug('Reconcile failed again', fields);
    } else {
      this.#lastErrors.set(key, text);
      // Two who write one object meet in everyday life; who comes second looks again.
      log[isConflict(error) ? 'info' : 'error']('Reconcile failed', fields);
    }
  }

  #abortAll(reason: unknown): void {
    for (const attempt of this.#attempts) {
      attempt.abort(reason);
    }
  }
}

const programmingErrors: ReadonlySet<unknown> = new Set([
  'TypeError',
  'ReferenceError',
  'RangeError',
  'SyntaxError',
  'AssertionError',
]);

/** What Go would call a panic: an error of the program, not one that somebody raised on purpose. */
function isPanic(error: unknown): boolean {
  const name = (error as { name?: unknown } | null | undefined)?.name;
  return typeof name !== 'string' || programmingErrors.has(name);
}
