import type { BusinessNamespace } from '@tke/api-business';
import { jsonEqual, type CacheReader } from '@tke/runtime';
import {
  tenantProblems,
  withTenant,
  type AdmissionRequest,
  type FieldProblem,
  type KindAdmission,
  type TellTenant,
  type ValidationResult,
} from '@tke/webhook';

import type { Claimant } from '../namespace/claimants.ts';
import { namespaceKind } from '../objects/kinds.ts';
import { parentProject } from '../project/tree.ts';
import { examineHard, unusedProblems } from './namespace-hard.ts';
import { examineCluster, examineName, examineProject, examineRivals } from './namespace-place.ts';
import { tenantOfProject } from './tenant-of-project.ts';

/**
 * Admission of Namespaces: what schema and CEL cannot say, because it is about other objects. Everything of it holds without admission as
 * well; here it is told at once, and all together. `cache` needs the informers of the controller of Namespaces.
 */
export function namespaceAdmission(cache: CacheReader, callerTenant: TellTenant): KindAdmission<BusinessNamespace> {
  return {
    kind: namespaceKind,
    default: (request) => withTenant(request, callerTenant, tenantOfProject(request, cache)),
    validate: (request) => validated(request, cache, callerTenant),
  };
}

/**
 * Changes are refused for what they bring in, not for what was there before (as Kubernetes' validation ratcheting, KEP-4008): what was
 * stored while no webhook was asked, or before the world around it changed, must stay editable.
 */
function validated(
  request: AdmissionRequest<BusinessNamespace>,
  cache: CacheReader,
  callerTenant: TellTenant,
): ValidationResult {
  const { object, oldObject } = request;
  const refusals = tenantProblems(request, callerTenant(request.userInfo));
  if (object === undefined || (oldObject !== undefined && jsonEqual(object.spec, oldObject.spec))) {
    return { problems: refusals, warnings: [] };
  }
  const { problems, warnings } = examine(object, cache);
  const before = oldObject === undefined ? [] : examine(oldObject, cache).problems;
  const brought = problems.filter((each) => !before.some((old) => jsonEqual(each, old)));
  return { problems: [...refusals, ...brought, ...unusedProblems(object, oldObject)], warnings };
}

function examine(
  claimant: Claimant,
  cache: CacheReader,
): { problems: readonly FieldProblem[]; warnings: readonly string[] } {
  const parent = parentProject(claimant, cache);
  const findings = [
    examineProject(claimant, parent),
    examineName(claimant),
    examineCluster(claimant, cache),
    examineRivals(claimant, cache),
    examineHard(claimant, parent),
  ];
  return {
    problems: findings.flatMap(({ problems }) => problems),
    warnings: findings.flatMap(({ warnings }) => warnings),
  };
}
