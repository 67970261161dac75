import { checkPattern } from '@tke/authz';

import type { Compilation } from './compilation.ts';

/** A pattern that may be used, and the field it stands in. */
export interface PlacedPattern {
  readonly text: string;
  readonly field: string;
}

/** The patterns that may be used. Each of the others becomes a defect, once for every rule it breaks. */
export function usablePatterns(
  kind: 'action' | 'resource',
  patterns: readonly string[],
  field: string,
  into: Compilation,
): readonly PlacedPattern[] {
  return patterns
    .map((text, index) => ({ text, field: `${field}[${index}]` }))
    .filter((pattern) => {
      const problems = checkPattern(pattern.text, kind);
      for (const { rule, remedy } of problems) {
        into.defect({
          code: 'InvalidPattern',
          field: pattern.field,
          value: pattern.text,
          rule,
          remedy,
          type: 'Invalid',
        });
      }
      return problems.length === 0;
    });
}
