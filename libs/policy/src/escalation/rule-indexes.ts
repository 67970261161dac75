import type { Rule } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';

import { sourceTextOf } from '../rules/rule-object.ts';

/** Of Rules that no object of ours stands behind: the policy of a p row, the member of a g row. */
export const handWrittenIndex = 'hand-written';

export function handWrittenOf(object: DeepReadonly<Rule>): readonly string[] {
  return sourceTextOf(object) === undefined ? [object.spec.v0] : [];
}
