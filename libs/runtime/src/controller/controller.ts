import { systemClock, type Clock } from '@tke/time';
import type { Logger } from '@tke/log';

import type { Runnable } from '../manager/runnable.ts';
import type { RuntimeMetrics } from '../metrics/runtime-metrics.ts';
import type { RateLimiterOptions } from '../queue/rate-limiter.ts';
import { WorkQueue, type WorkQueueOptions } from '../queue/work-queue.ts';
import type { Reconciler, Request } from '../reconcile.ts';
import { controllerErrors } from './errors.ts';
import { ReconcileLoop } from './reconcile-loop.ts';
import { parseRequestKey, requestKey } from './request-key.ts';
import type { Enqueue, Source } from './source.ts';

export interface ControllerOptions {
  /** Objects reconciled at the same time, never two of the same key. Default 1. */
  readonly concurrency?: number;
  /** Milliseconds after which a reconcile's signal aborts. Default none. */
  readonly reconcileTimeoutMs?: number;
  /** Milliseconds the sources may take for their initial state. Default 120,000. */
  readonly syncTimeoutMs?: number;
  /** Whether only the elected leader runs it. Default true. */
  readonly leaderOnly?: boolean;
  readonly rateLimit?: RateLimiterOptions;
  /**
   * Whose requests share workers, e.g. those of a tenant: what hangs for one must not hold the others up. One that is alone gets a third
   * of the workers; undefined for a request that never waits for others. Default none.
   */
  readonly flowOf?: (request: Request) => string | undefined;
}

export interface ControllerSetup extends ControllerOptions {
  readonly name: string;
  readonly reconciler: Reconciler;
  readonly sources: readonly Source[];
  readonly logger: Logger;
  readonly metrics: RuntimeMetrics;
  readonly clock?: Clock;
  /** Aborts reconciles under way: grace is over, or leadership is lost. */
  readonly hardStop?: AbortSignal;
}

/** Brings requests from sources through a queue to a reconciler. */
export class Controller implements Runnable {
  readonly name: string;
  readonly leaderOnly: boolean;
  readonly queue: WorkQueue;
  readonly #setup: ControllerSetup;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #loop: ReconcileLoop;
  #started = false;

  constructor(setup: ControllerSetup) {
    const { name, metrics, clock = systemClock, concurrency = 1 } = setup;
    this.name = name;
    this.leaderOnly = setup.leaderOnly ?? true;
    this.#setup = setup;
    this.#clock = clock;
    this.#log = setup.logger.withName('controller').withValues({ controller: name });
    const statistics = () => ({ depths: this.queue.depths, workedMs: this.queue.workedMs() });
    this.queue = new WorkQueue({
      ...setup.rateLimit,
      clock,
      observer: metrics.queue(name, statistics),
      ...flowsOf(setup),
    });
    this.#loop = new ReconcileLoop({
      ...setup,
      clock,
      queue: this.queue,
      log: this.#log,
      metrics: metrics.controller(name, concurrency),
    });
  }

  /** Resolves when `signal` has aborted and all workers have ended; rejects when a source does not come up. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#started) {
      throw controllerErrors.ControllerStartedTwice(`controller ${this.name} was started a second time`);
    }
    this.#started = true;
    if (signal.aborted) {
      return;
    }
    const stop = new AbortController();
    const onStop = () => stop.abort(signal.reason);
    signal.addEventListener('abort', onStop, { once: true });
    stop.signal.addEventListener('abort', () => this.queue.shutDown(), { once: true });
    try {
      await this.#startSources(stop.signal);
      await this.#runWorkers(signal);
    } finally {
      signal.removeEventListener('abort', onStop);
      stop.abort(controllerErrors.Stopped(`controller ${this.name} has ended`));
    }
  }

  async #startSources(signal: AbortSignal): Promise<void> {
    const enqueue: Enqueue = (request, options) => this.queue.add(requestKey(request), options);
    this.#log.info('Starting sources', { sources: this.#setup.sources.map(({ name }) => name) });
    try {
      await Promise.all(this.#setup.sources.map((source) => this.#startSource(source, enqueue, signal)));
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
    }
  }

  async #startSource(source: Source, enqueue: Enqueue, signal: AbortSignal): Promise<void> {
    const { syncTimeoutMs = 120_000 } = this.#setup;
    const { promise: overdue, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = this.#clock.setTimer(syncTimeoutMs, () =>
      reject(
        controllerErrors.SourceNotSynced(
          `source ${source.name} of controller ${this.name} did not deliver its initial state within ${syncTimeoutMs / 1000} s`,
        ),
      ),
    );
    try {
      await Promise.race([source.start(enqueue, signal), overdue]);
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #runWorkers(signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      return;
    }
    const { concurrency = 1 } = this.#setup;
    this.#log.info('Starting workers', { workers: concurrency });
    await Promise.all(Array.from({ length: concurrency }, () => this.#loop.run()));
    this.#log.info('All workers finished');
  }
}

function flowsOf({ flowOf, concurrency = 1 }: ControllerOptions): Pick<WorkQueueOptions, 'flows'> {
  return flowOf === undefined ? {} : { flows: { flowOf: (key) => flowOf(parseRequestKey(key)), workers: concurrency } };
}
