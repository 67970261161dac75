import type { Logger } from '@tke/log';

import type { RuntimeMetrics } from '../metrics/runtime-metrics.ts';
import type { HealthChecks } from './health-checks.ts';
import { HttpEndpoint, type Address } from './http-endpoint.ts';

/** `/healthz` and `/readyz`, each with `/<check>`, `?verbose` and `?exclude=<check>`. */
export function healthEndpoint(
  address: Address,
  healthz: HealthChecks,
  readyz: HealthChecks,
  logger: Logger,
): HttpEndpoint {
  const checks = new Map([
    ['healthz', healthz],
    ['readyz', readyz],
  ]);
  return new HttpEndpoint({
    name: 'health',
    address,
    logger,
    handle: async ({ pathname, searchParams }) => {
      const [root = '', ...rest] = pathname.slice(1).split('/');
      return (await checks.get(root)?.answer(rest.join('/'), searchParams)) ?? notFound(['/healthz', '/readyz']);
    },
  });
}

/** `/metrics` in the Prometheus text format. */
export function metricsEndpoint(address: Address, metrics: RuntimeMetrics, logger: Logger): HttpEndpoint {
  return new HttpEndpoint({
    name: 'metrics',
    address,
    logger,
    handle: async ({ pathname }) =>
      pathname === '/metrics'
        ? { status: 200, body: await metrics.expose(), contentType: metrics.registry.contentType }
        : notFound(['/metrics']),
  });
}

function notFound(paths: readonly string[]): { status: 404; body: string } {
  return { status: 404, body: `here are only: ${paths.join(', ')}\n` };
}
