import { Counter, Gauge, type Registry } from 'prom-client';

import { systemClock, type Clock } from '@tke/time';

import { LatencyHistogram } from './latency-histogram.ts';
import { limitNames, type LimitName } from './limits.ts';

const dayMs = 86_400_000;

/** What is known of one route since the start. */
interface RouteCounts {
  inFlight: number;
  readonly codes: Map<number, number>;
  readonly observe: (latencyMs: number) => void;
}

/** Metrics of all servers of one process, under controller-runtime's names where it has them. */
export class WebhookMetrics {
  readonly #routes = new Map<string, RouteCounts>();
  readonly #latency: LatencyHistogram;
  readonly #limited: Counter<'limit'>;
  readonly #expiries = new Map<string, number>();
  readonly #clock: Clock;

  constructor(registry: Registry, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#latency = new LatencyHistogram({
      name: 'controller_runtime_webhook_latency_seconds',
      help: 'Time from the headers of a request to its answer.',
      label: 'webhook',
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registry,
    });
    this.#limited = new Counter({
      name: 'tke_webhook_limited_total',
      help: 'How often a limit on what callers may cost was met, by limit.',
      labelNames: ['limit'],
      registers: [registry],
    });
    for (const limit of limitNames) {
      this.#limited.inc({ limit }, 0);
    }
    this.#registerRequests(registry);
    this.#registerInFlight(registry);
    this.#registerExpiry(registry);
  }

  /** Makes the series of a route exist at zero, so that a rate over them is right from the first request. */
  announce(webhook: string): void {
    this.#route(webhook);
  }

  /** Counts a request; the function returned is to be called once with the status it was answered with. */
  started(webhook: string): (code: number) => void {
    const route = this.#route(webhook);
    const start = this.#clock.monotonic();
    route.inFlight += 1;
    return (code) => {
      route.inFlight -= 1;
      route.codes.set(code, (route.codes.get(code) ?? 0) + 1);
      route.observe(this.#clock.monotonic() - start);
    };
  }

  limited(limit: LimitName): void {
    this.#limited.inc({ limit });
  }

  /** Tells when the certificate a server presents ends, in milliseconds since the epoch. */
  certificateExpires(server: string, notAfterMs: number): void {
    this.#expiries.set(server, notAfterMs);
  }

  #route(webhook: string): RouteCounts {
    let route = this.#routes.get(webhook);
    if (route === undefined) {
      const codes = new Map([200, 500].map((code) => [code, 0]));
      route = { inFlight: 0, codes, observe: this.#latency.series(webhook) };
      this.#routes.set(webhook, route);
    }
    return route;
  }

  // Filled when scraped, as latencies are: looking labels up for every request costs more than counting.
  #registerRequests(registry: Registry): void {
    const routes = this.#routes;
    new Counter({
      name: 'controller_runtime_webhook_requests_total',
      help: 'Total number of admission and authorization requests by HTTP status code.',
      labelNames: ['webhook', 'code'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [webhook, { codes }] of routes) {
          codes.forEach((count, code) => this.inc({ webhook, code: String(code) }, count));
        }
      },
    });
  }

  #registerInFlight(registry: Registry): void {
    const routes = this.#routes;
    new Gauge({
      name: 'controller_runtime_webhook_requests_in_flight',
      help: 'Number of requests being served.',
      labelNames: ['webhook'],
      registers: [registry],
      collect() {
        routes.forEach(({ inFlight }, webhook) => this.set({ webhook }, inFlight));
      },
    });
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
