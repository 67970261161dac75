import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

import { systemClock, type Clock } from '@tke/time';

const dayMs = 86_400_000;

/** Metrics of all servers of one process, under controller-runtime's names where it has them. */
export class WebhookMetrics {
  readonly #requests: Counter<'webhook' | 'code'>;
  readonly #latency: Histogram<'webhook'>;
  readonly #inFlight: Gauge<'webhook'>;
  readonly #expiries = new Map<string, number>();
  readonly #clock: Clock;

  constructor(registry: Registry, clock: Clock = systemClock) {
    this.#clock = clock;
    const registers = [registry];
    this.#requests = new Counter({
      name: 'controller_runtime_webhook_requests_total',
      help: 'Total number of admission and authorization requests by HTTP status code.',
      labelNames: ['webhook', 'code'],
      registers,
    });
    this.#latency = new Histogram({
      name: 'controller_runtime_webhook_latency_seconds',
      help: 'Time from the headers of a request to its answer.',
      labelNames: ['webhook'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.#inFlight = new Gauge({
      name: 'controller_runtime_webhook_requests_in_flight',
      help: 'Number of requests being served.',
      labelNames: ['webhook'],
      registers,
    });
    this.#registerExpiry(registry);
  }

  /** Makes the series of a route exist at zero, so that a rate over them is right from the first request. */
  announce(webhook: string): void {
    this.#requests.inc({ webhook, code: '200' }, 0);
    this.#requests.inc({ webhook, code: '500' }, 0);
    this.#inFlight.set({ webhook }, 0);
    this.#latency.zero({ webhook });
  }

  /** Counts a request; the function returned is to be called once with the status it was answered with. */
  started(webhook: string): (code: number) => void {
    const start = this.#clock.monotonic();
    this.#inFlight.inc({ webhook });
    return (code) => {
      this.#inFlight.dec({ webhook });
      this.#requests.inc({ webhook, code: String(code) });
      this.#latency.observe({ webhook }, (this.#clock.monotonic() - start) / 1000);
    };
  }

  /** Tells when the certificate a server presents ends, in milliseconds since the epoch. */
  certificateExpires(server: string, notAfterMs: number): void {
    this.#expiries.set(server, notAfterMs);
  }

  #registerExpiry(registry: Registry): void {
    const expiries = this.#expiries;
    const clock = this.#clock;
    // Computed when scraped, so that the gauge goes on falling while nothing else happens.
    new Gauge({
      name: 'tke_webhook_certificate_days_left',
      help: 'Days until the serving certificate expires; negative once it has.',
      labelNames: ['server'],
      registers: [registry],
      collect() {
        for (const [server, notAfterMs] of expiries) {
          this.set({ server }, (notAfterMs - clock.now()) / dayMs);
        }
      },
    });
  }
}
