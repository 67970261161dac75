import type { BusinessNamespace } from '@tke/api-business';
import type { CacheReader } from '@tke/runtime';
import {
  kindAdmission,
  merged,
  tenantProblems,
  withTenant,
  type KindAdmission,
  type TellTenant,
  type ValidationResult,
} from '@tke/webhook';

import type { Claimant } from '../namespace/claimants.ts';
import { namespaceKind } from '../objects/kinds.ts';
import { parentProject } from '../project/tree.ts';
import { examineHard, unusedProblems } from './namespace-hard.ts';
import { examinePlace, examineProject, examineRivals } from './namespace-place.ts';
import { tenantOfProject } from './tenant-of-project.ts';
import { tenantResult } from './tenant-result.ts';

/**
 * Admission of Namespaces: what schema and CEL cannot say, because it is about other objects. Everything of it holds without admission as
 * well; here it is told at once, and all together. `cache` needs the informers of the controller of Namespaces.
 */
export function namespaceAdmission(cache: CacheReader, callerTenant: TellTenant): KindAdmission<BusinessNamespace> {
  return kindAdmission<BusinessNamespace>({
    kind: namespaceKind,
    default: (request) => withTenant(request, callerTenant, tenantOfProject(request, cache)),
    authorize: (request) => tenantProblems(request, callerTenant(request.userInfo)),
    examine: (object) => examine(object, cache),
    change: ({ object, oldObject }) => ({
      problems: object === undefined ? [] : unusedProblems(object, oldObject),
      warnings: [],
    }),
  });
}

function examine(claimant: Claimant, cache: CacheReader): ValidationResult {
  const parent = parentProject(claimant, cache);
  return merged([
    tenantResult(claimant, cache),
    examineProject(claimant, parent),
    examinePlace(claimant, parent, cache),
    examineRivals(claimant, cache),
    examineHard(claimant, parent),
  ]);
}
