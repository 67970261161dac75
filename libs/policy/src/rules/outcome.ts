import type { Outcome } from '@tke/runtime';

import type { CompiledSource, Defect, Unresolved } from '../compile/compiled.ts';
import { compileErrors } from '../compile/errors.ts';

/** How compiling ended, in the terms of a status. */
export function outcomeOf({ rows, defects, unresolved }: CompiledSource): Outcome {
  const reason = defects[0]?.code ?? unresolved[0]?.reason;
  if (reason === undefined) {
    return { kind: 'ready', message: rows.length === 1 ? '1 rule' : `${rows.length} rules` };
  }
  const causes = [...defects.map(describeDefect), ...unresolved.map(describeUnresolved)];
  const remedy = 'What can be granted of it is granted; the rest follows by itself when this is mended.';
  return { kind: 'stalled', error: compileErrors[reason](causes.join('. '), { remedy }) };
}

/** One line for people: field, value, rule and remedy. */
export function describeDefect({
  field,
  value,
  rule,
  remedy,
}: Pick<Defect, 'field' | 'value' | 'rule' | 'remedy'>): string {
  return `${field}: ${JSON.stringify(value)} ${rule}; ${remedy.replace(/\.$/, '')}`;
}

export function describeUnresolved({ field, detail }: Unresolved): string {
  return `${field}: ${detail}`;
}
