import type { Rule } from '@tke/api-auth';
import { parseRow } from '@tke/authz';
import type { DeepReadonly } from '@tke/meta';

import type { Defect } from '../compile/compiled.ts';

/** What keeps a row out of every decision. */
export function checkRule({ spec }: DeepReadonly<Rule>): readonly Defect[] {
  const parsed = parseRow(spec);
  if (parsed.ok) {
    return [];
  }
  return parsed.defects.map(({ field, value, rule, remedy }) => ({
    code: 'InvalidRule',
    field: `spec.${field}`,
    value,
    rule,
    remedy,
    type: 'Invalid',
  }));
}
