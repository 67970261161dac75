import { createHash } from 'node:crypto';
import { ruleColumns, type RuleSpec } from './row.ts';

/**
 * The name of the Rule that holds this row for this source object. The same source and row always give the same name,
 * so writing a row twice is harmless; two sources that grant the same own two Rules, so removing one leaves the other.
 */
export function ruleName(sourceUid: string, spec: RuleSpec): string {
  const text = [sourceUid, spec.ptype, ...ruleColumns.map((column) => spec[column] ?? '')].join('\0');
  return `rul-${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
}
