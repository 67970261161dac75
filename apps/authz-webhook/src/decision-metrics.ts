import { LatencyHistogram } from '@tke/webhook';
import { Counter, type Registry } from 'prom-client';

import type { Decided } from './authorize.ts';

const results = ['allow', 'deny', 'noOpinion', 'error'] as const;
const clusterKinds = ['hub', 'member'] as const;

/** Counts decisions and times them. Clusters are counted together: their names are the users' to choose. */
export function decisionMetrics(registry: Registry): (decided: Decided) => void {
  const series = new Map(
    clusterKinds.flatMap((cluster) => results.map((result) => [`${cluster} ${result}`, { cluster, result, count: 0 }])),
  );
  const latency = new LatencyHistogram({
    name: 'tke_authz_decision_duration_seconds',
    help: 'Time that a decision took, without reading the request and writing the answer.',
    label: 'result',
    buckets: [2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 5e-3, 2e-2, 1e-1],
    registry,
  });
  const observers = new Map(results.map((result) => [result, latency.series(result)]));
  new Counter({
    name: 'tke_authz_decisions_total',
    help: 'Decisions by result, about the hub and about member clusters.',
    labelNames: ['cluster', 'result'],
    registers: [registry],
    // Filled when scraped: looking labels up costs about as much as a decision.
    collect() {
      this.reset();
      for (const { cluster, result, count } of series.values()) {
        this.inc({ cluster, result }, count);
      }
    },
  });
  return ({ cluster, verdict, milliseconds }) => {
    const result = verdict?.kind ?? 'error';
    const counted = series.get(`${cluster === undefined ? 'hub' : 'member'} ${result}`);
    if (counted !== undefined) {
      counted.count += 1;
    }
    observers.get(result)?.(milliseconds);
  };
}
