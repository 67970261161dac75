import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

import type { CacheMetrics } from '../cache/types.ts';
import { ControllerMetricVectors, type ControllerMetrics } from './controller-metrics.ts';
import type { EventLoopDelay } from './event-loop-delay.ts';
import { ObjectMetrics } from './object-metrics.ts';
import { WorkQueueMetricVectors, type QueueStatistics } from './work-queue-metrics.ts';
import type { QueueObserver } from '../queue/work-queue.ts';

export interface RuntimeMetricsOptions {
  /** Adds CPU, memory, file descriptors, garbage collection of this process. Default true. */
  readonly processDefaults?: boolean;
}

/** A request as the client reports it when it has ended. */
export interface ClientRequest {
  readonly method: string;
  /** HTTP status, or a word where no answer came. */
  readonly code: number | string;
  readonly host: string;
}

export interface LeaderMetrics {
  setLeading(leading: boolean): void;
  /** A renewal had to read the Lease because the optimistic write failed. */
  slowPath(): void;
}

/** The metrics of one manager, under controller-runtime's names so that its dashboards keep working. */
export class RuntimeMetrics {
  /** For further metrics of the process; its names must not clash with those here. */
  readonly registry = new Registry();
  /** The hook for caches. */
  readonly cache: CacheMetrics;
  readonly objects = new ObjectMetrics(this.registry);
  readonly #controllers = new ControllerMetricVectors(this.registry);
  readonly #queues = new WorkQueueMetricVectors(this.registry);
  readonly #requests: Counter<'code' | 'method' | 'host'>;
  readonly #master: Gauge<'name'>;
  readonly #slowPath: Counter<'name'>;

  constructor({ processDefaults = true }: RuntimeMetricsOptions = {}) {
    const registers = [this.registry];
    this.#requests = new Counter({
      name: 'rest_client_requests_total',
      help: 'Number of HTTP requests, partitioned by status code, method, and host.',
      labelNames: ['code', 'method', 'host'],
      registers,
    });
    this.#master = new Gauge({
      name: 'leader_election_master_status',
      help: 'Whether this process holds the lease: 0 is backup, 1 is master.',
      labelNames: ['name'],
      registers,
    });
    this.#slowPath = new Counter({
      name: 'leader_election_slowpath_total',
      help: 'Renewals of the lease that had to read it first.',
      labelNames: ['name'],
      registers,
    });
    const reflector = (event: string, help: string) =>
      new Counter({ name: `reflector_${event}_total`, help, labelNames: ['name'], registers });
    const lists = reflector('lists', 'Complete lists begun, by resource.');
    const watches = reflector('watches', 'Watches begun without a list before them, by resource.');
    this.cache = {
      listStarted: (name) => lists.inc({ name }),
      watchStarted: (name) => watches.inc({ name }),
    };
    if (processDefaults) {
      collectDefaultMetrics({ register: this.registry });
    }
  }

  /** The hook for the client's `onRequest`. Bound, so that it can be handed over before a manager exists. */
  readonly onRequest = ({ method, code, host }: ClientRequest): void => {
    this.#requests.inc({ method, code, host });
  };

  controller(name: string, concurrency: number): ControllerMetrics {
    return this.#controllers.forController(name, concurrency);
  }

  /** A counter of one's own. The first call for a name makes it, later ones give the same. */
  counter(name: string, help: string): { inc(by?: number): void } {
    const known = this.registry.getSingleMetric(name);
    return known instanceof Counter ? known : new Counter({ name, help, registers: [this.registry] });
  }

  /** Exposes a queue; `statistics` is read at every scrape. */
  queue(name: string, statistics: () => QueueStatistics): QueueObserver {
    return this.#queues.forQueue(name, statistics);
  }

  leaderElection(name: string): LeaderMetrics {
    this.#master.set({ name }, 0);
    this.#slowPath.inc({ name }, 0);
    return {
      setLeading: (leading) => this.#master.set({ name }, leading ? 1 : 0),
      slowPath: () => this.#slowPath.inc({ name }),
    };
  }

  eventLoop(delay: EventLoopDelay): void {
    new Gauge({
      name: 'event_loop_delay_seconds',
      help: 'How late the event loop ran its timers within the last 15 to 30 seconds.',
      labelNames: ['stat'],
      registers: [this.registry],
      collect() {
        const { mean, p99, max } = delay.current();
        this.set({ stat: 'mean' }, mean);
        this.set({ stat: 'p99' }, p99);
        this.set({ stat: 'max' }, max);
      },
    });
  }

  /** The Prometheus text format, version 0.0.4. */
  expose(): Promise<string> {
    return this.registry.metrics();
  }
}
