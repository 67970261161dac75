import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type ReconcileOutcome = 'success' | 'error' | 'requeue' | 'requeue_after';

/** What a controller counts of itself. */
export interface ControllerMetrics {
  started(): void;
  ended(outcome: ReconcileOutcome, seconds: number): void;
  terminalError(): void;
  panic(): void;
  timeout(): void;
}

// Those of controller-runtime: dashboards add up over the `le` label.
const reconcileSeconds = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

export class ControllerMetricVectors {
  readonly #total: Counter<'controller' | 'result'>;
  readonly #errors: Counter<'controller'>;
  readonly #terminal: Counter<'controller'>;
  readonly #panics: Counter<'controller'>;
  readonly #timeouts: Counter<'controller'>;
  readonly #time: Histogram<'controller'>;
  readonly #maximum: Gauge<'controller'>;
  readonly #active: Gauge<'controller'>;

  constructor(registry: Registry) {
    const controllerOnly = { labelNames: ['controller'] as const, registers: [registry] };
    const counter = (name: string, help: string) =>
      new Counter({ name: `controller_runtime_${name}`, help, ...controllerOnly });
    const gauge = (name: string, help: string) =>
      new Gauge({ name: `controller_runtime_${name}`, help, ...controllerOnly });
    this.#total = new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Total number of reconciliations per controller',
      labelNames: ['controller', 'result'],
      registers: [registry],
    });
    this.#errors = counter('reconcile_errors_total', 'Total number of reconciliation errors per controller');
    this.#terminal = counter(
      'terminal_reconcile_errors_total',
      'Total number of terminal reconciliation errors per controller',
    );
    this.#panics = counter('reconcile_panics_total', 'Total number of reconciliation panics per controller');
    this.#timeouts = counter('reconcile_timeouts_total', 'Total number of reconciliation timeouts per controller');
    this.#maximum = gauge('max_concurrent_reconciles', 'Maximum number of concurrent reconciles per controller');
    this.#active = gauge('active_workers', 'Number of currently used workers per controller');
    this.#time = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Length of time per reconciliation per controller',
      buckets: reconcileSeconds,
      ...controllerOnly,
    });
  }

  forController(controller: string, concurrency: number): ControllerMetrics {
    for (const vector of [this.#errors, this.#terminal, this.#panics, this.#timeouts]) {
      vector.inc({ controller }, 0);
    }
    for (const result of ['success', 'error', 'requeue', 'requeue_after']) {
      this.#total.inc({ controller, result }, 0);
    }
    this.#time.zero({ controller });
    this.#maximum.set({ controller }, concurrency);
    const active = this.#active.labels({ controller });
    active.set(0);
    return {
      started: () => active.inc(),
      ended: (result, seconds) => {
        active.dec();
        this.#total.inc({ controller, result });
        this.#time.observe({ controller }, seconds);
        if (result === 'error') {
          this.#errors.inc({ controller });
        }
      },
      terminalError: () => this.#terminal.inc({ controller }),
      panic: () => this.#panics.inc({ controller }),
      timeout: () => this.#timeouts.inc({ controller }),
    };
  }
}
