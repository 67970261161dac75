import { businessChartGroup, imageNamespace } from '@tke/api-business';
import type { Kind, KubeObject } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';
import type {
  AdmissionRequest,
  AdmissionUser,
  FieldProblem,
  KindAdmission,
  MayReach,
  TellStanding,
  TellTenant,
  TenantObject,
} from '@tke/webhook';

import { namespaceCredentialAdmission } from './namespace-credential.ts';
import { namespaceAdmission } from './namespace.ts';
import { nsEmigrationAdmission } from './ns-emigration.ts';
import { platformAdmission } from './platform.ts';
import { projectAdmission } from './project.ts';
import type { TellUnknownUser } from './project-members.ts';
import { registryLinkAdmission } from './registry-link.ts';
import { portalAdmission } from '../portal/portal-admission.ts';
import { emigrationReachProblems, projectReachProblems } from './reach.ts';

const registryLinks: readonly Kind<TenantObject>[] = [imageNamespace, businessChartGroup];

export interface BusinessAdmissionsOptions {
  readonly callerTenant: TellTenant;
  /** As `unknownUser` of @tke/policy tells. */
  readonly unknownUser: TellUnknownUser;
  /** Whether the caller administers his tenant, or speaks for the platform: as `administersTenant` of @tke/policy tells. */
  readonly administersTenant: (user: AdmissionUser) => boolean;
  /** What keeps the caller from handing out what an object hands out: the escalation guard of @tke/policy. */
  readonly grantProblems: (request: AdmissionRequest) => Promise<readonly FieldProblem[]>;
  readonly mayReach: MayReach;
  readonly tellStanding: TellStanding;
}

/**
 * Admission of the kinds of business.tkestack.io: what schema and CEL cannot say, because it is about other objects or about who asks.
 * Reads the cache only; `setupBusiness` says what must be in it.
 */
export function businessAdmissions(
  cache: CacheReader,
  { callerTenant, unknownUser, administersTenant, grantProblems, mayReach, tellStanding }: BusinessAdmissionsOptions,
): readonly KindAdmission[] {
  return [
    // Members of a project become its owners: who names them hands out what owners may do.
    guarded(projectAdmission(cache, callerTenant, unknownUser), async (request) => [
      ...projectReachProblems(request, mayReach),
      ...(await grantProblems(request as AdmissionRequest)),
    ]),
    namespaceAdmission(cache, callerTenant),
    guarded(nsEmigrationAdmission(cache, callerTenant), (request) => emigrationReachProblems(request, mayReach)),
    namespaceCredentialAdmission(cache, callerTenant),
    platformAdmission(cache, callerTenant, administersTenant),
    portalAdmission(cache, tellStanding),
    ...registryLinks.map((kind) => registryLinkAdmission(kind, cache, callerTenant)),
  ];
}

/** With what the caller reaches through the object, beside what the object says. */
function guarded<T extends KubeObject>(
  admission: KindAdmission<T>,
  problemsOf: (request: AdmissionRequest<T>) => Promise<readonly FieldProblem[]> | readonly FieldProblem[],
): KindAdmission<T> {
  return {
    ...admission,
    validate: async (request) => {
      const result = await admission.validate?.(request);
      const problems = [...(result?.problems ?? []), ...(await problemsOf(request))];
      return { problems, warnings: result?.warnings ?? [] };
    },
  };
}
