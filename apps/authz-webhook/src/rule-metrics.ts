import type { RuleIndex } from '@tke/authz';
import { Gauge, type Registry } from 'prom-client';

/** Exports how many Rules take part in decisions, and how many do not. Read at every scrape. */
export function exportRuleMetrics(registry: Registry, rules: RuleIndex): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('tke_authz_rules', 'Rules that take part in decisions.', () => rules.size);
  gauge(
    'tke_authz_defective_rules',
    'Rules that take part in no decision; the log has their defects.',
    () => rules.defects().length,
  );
}
