import { Counter, exponentialBuckets, Gauge, Histogram, type Registry } from 'prom-client';

import { lowPriority, type QueueObserver } from '../queue/work-queue.ts';

/** The part of a work queue that is read at every scrape. */
export interface QueueStatistics {
  readonly depths: ReadonlyMap<number, number>;
  /** Milliseconds each key in work has been worked on so far. */
  readonly workedMs: readonly number[];
}

type QueueLabels = 'name' | 'controller';

const durations = exponentialBuckets(1e-8, 10, 12);

export class WorkQueueMetricVectors {
  readonly #statistics = new Map<string, () => QueueStatistics>();
  readonly #adds: Counter<QueueLabels>;
  readonly #retries: Counter<QueueLabels>;
  readonly #waited: Histogram<QueueLabels>;
  readonly #worked: Histogram<QueueLabels>;

  constructor(registry: Registry) {
    const labelled = { labelNames: ['name', 'controller'] as const, registers: [registry] };
    this.#adds = new Counter({
      name: 'workqueue_adds_total',
      help: 'Total number of adds handled by workqueue',
      ...labelled,
    });
    this.#retries = new Counter({
      name: 'workqueue_retries_total',
      help: 'Total number of items added to the workqueue with a non-zero delay',
      ...labelled,
    });
    this.#waited = new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long in seconds an item stays in workqueue before being requested',
      buckets: durations,
      ...labelled,
    });
    this.#worked = new Histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long in seconds processing an item from workqueue takes.',
      buckets: durations,
      ...labelled,
    });
    this.#addDepth(registry);
    this.#addWorkGauge(
      registry,
      'unfinished_work_seconds',
      'Seconds of work in progress, not yet observed by work_duration.',
      total,
    );
    this.#addWorkGauge(
      registry,
      'longest_running_processor_seconds',
      'Seconds the longest running processor has been running.',
      longest,
    );
  }

  forQueue(name: string, statistics: () => QueueStatistics): QueueObserver {
    this.#statistics.set(name, statistics);
    const labels = { name, controller: name };
    this.#adds.inc(labels, 0);
    this.#retries.inc(labels, 0);
    this.#waited.zero(labels);
    this.#worked.zero(labels);
    return {
      added: () => this.#adds.inc(labels),
      retried: () => this.#retries.inc(labels),
      handedOut: (ms) => this.#waited.observe(labels, ms / 1000),
      finished: (ms) => this.#worked.observe(labels, ms / 1000),
    };
  }

  #addDepth(registry: Registry): void {
    const queues = this.#statistics;
    new Gauge({
      name: 'workqueue_depth',
      help: 'Current depth of workqueue by workqueue and priority',
      labelNames: ['name', 'controller', 'priority'],
      registers: [registry],
      collect() {
        for (const [name, statistics] of queues) {
          const { depths } = statistics();
          for (const priority of new Set([0, lowPriority, ...depths.keys()])) {
            this.set({ name, controller: name, priority }, depths.get(priority) ?? 0);
          }
        }
      },
    });
  }

  #addWorkGauge(
    registry: Registry,
    name: string,
    help: string,
    measure: (workedMs: readonly number[]) => number,
  ): void {
    const queues = this.#statistics;
    new Gauge({
      name: `workqueue_${name}`,
      help,
      labelNames: ['name', 'controller'],
      registers: [registry],
      collect() {
        for (const [queue, statistics] of queues) {
          this.set({ name: queue, controller: queue }, measure(statistics().workedMs) / 1000);
        }
      },
    });
  }
}

function total(workedMs: readonly number[]): number {
  return workedMs.reduce((sum, ms) => sum + ms, 0);
}

function longest(workedMs: readonly number[]): number {
  return workedMs.reduce((most, ms) => Math.max(most, ms), 0);
}
