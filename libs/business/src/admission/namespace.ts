import type { BusinessNamespace } from '@tke/api-business';
import { jsonEqual, type CacheReader } from '@tke/runtime';
import type { AdmissionRequest, FieldProblem, KindAdmission, ValidationResult } from '@tke/webhook';

import { namespaceKind, type Claim } from '../namespace/claims.ts';
import { projectKind } from '../namespace/project-source.ts';
import { tenantProblems, type TellTenant } from './caller.ts';
import { examineHard, unusedProblems } from './namespace-hard.ts';
import { examineCluster, examineName, examineProject, examineRivals } from './namespace-place.ts';
import { withTenant } from './with-tenant.ts';

/**
 * Admission of Namespaces: what schema and CEL cannot say, because it is about other objects. Everything of it holds without admission as
 * well; here it is told at once, and all together. `cache` needs the informers of the controller of Namespaces.
 */
export function namespaceAdmission(cache: CacheReader, tellTenant: TellTenant): KindAdmission<BusinessNamespace> {
  return {
    kind: namespaceKind,
    default: (request) =>
      withTenant(request, tellTenant, cache.get(projectKind, { name: request.namespace ?? '' })?.spec.tenantID),
    validate: (request) => validated(request, cache, tellTenant),
  };
}

/**
 * Changes are refused for what they bring in, not for what was there before (as Kubernetes' validation ratcheting, KEP-4008): what was
 * stored while no webhook was asked, or before the world around it changed, must stay editable.
 */
function validated(
  request: AdmissionRequest<BusinessNamespace>,
  cache: CacheReader,
  tellTenant: TellTenant,
): ValidationResult {
  const { object, oldObject } = request;
  const refusals = tenantProblems(tellTenant(request.userInfo), [object, oldObject]);
  if (object === undefined || (oldObject !== undefined && jsonEqual(object.spec, oldObject.spec))) {
    return { problems: refusals, warnings: [] };
  }
  const { problems, warnings } = examine(object, cache);
  const before = oldObject === undefined ? [] : examine(oldObject, cache).problems;
  const brought = problems.filter((each) => !before.some((old) => jsonEqual(each, old)));
  return { problems: [...refusals, ...brought, ...unusedProblems(object, oldObject)], warnings };
}

function examine(claim: Claim, cache: CacheReader): { problems: readonly FieldProblem[]; warnings: readonly string[] } {
  const parent = cache.get(projectKind, { name: claim.metadata.namespace ?? '' });
  const findings = [
    examineProject(claim, parent),
    examineName(claim),
    examineCluster(claim, cache),
    examineRivals(claim, cache),
    examineHard(claim, parent),
  ];
  return {
    problems: findings.flatMap(({ problems }) => problems),
    warnings: findings.flatMap(({ warnings }) => warnings),
  };
}
