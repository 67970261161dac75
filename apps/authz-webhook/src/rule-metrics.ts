import type { AuthorizationState } from '@tke/authz-state';
import { Gauge, type Registry } from 'prom-client';

export interface RuleMetricsOptions {
  readonly state: Pick<AuthorizationState, 'rules' | 'revision'>;
  /** Milliseconds since the least heard of all watches brought a word. */
  readonly silentMs: () => number;
}

/** Exports what decisions are made from and how old it may be. Read at every scrape. */
export function exportRuleMetrics(registry: Registry, { state, silentMs }: RuleMetricsOptions): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('tke_authz_rules', 'Rules that take part in decisions.', () => state.rules.size);
  gauge(
    'tke_authz_defective_rules',
    'Rules that take part in no decision; the log has their defects.',
    () => state.rules.defects().length,
  );
  gauge(
    'tke_authz_snapshot_age_seconds',
    'Time since the watch that has been silent longest brought an event or a bookmark.',
    () => silentMs() / 1000,
  );
  gauge('tke_authz_rules_revision', 'resourceVersion of the newest Rule that decisions know of.', () =>
    Number(state.revision),
  );
}
