import type { Rule } from '@tke/api-auth';
import { everyDomain } from '@tke/authz';
import type { DeepReadonly } from '@tke/meta';

import { sourceTextOf } from '../rules/rule-object.ts';

/** Of Rules: the member of a link that counts in one project. */
export const projectLinkIndex = 'project-link';
/** Of Rules that no object of ours stands behind: the policy of a p row, the member of a g row. */
export const handWrittenIndex = 'hand-written';

export function projectLinksOf({ spec }: DeepReadonly<Rule>): readonly string[] {
  return spec.ptype === 'g' && spec.v2 !== everyDomain ? [spec.v0] : [];
}

export function handWrittenOf(object: DeepReadonly<Rule>): readonly string[] {
  return sourceTextOf(object) === undefined ? [object.spec.v0] : [];
}
