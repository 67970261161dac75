import { project, type Project } from '@tke/api-business';
import type { Kind } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';
import type { KindAdmission } from '@tke/webhook';

import { tenantProblems, type TellTenant } from './caller.ts';
import { withTenant, type TenantObject } from './with-tenant.ts';

const projects: Kind<Project> = project;

/** Of what links a project to the registry. What it names is for the registry to judge. */
export function registryLinkAdmission(
  kind: Kind<TenantObject>,
  cache: CacheReader,
  tellTenant: TellTenant,
): KindAdmission<TenantObject> {
  return {
    kind,
    default: (request) =>
      withTenant(request, tellTenant, cache.get(projects, { name: request.namespace ?? '' })?.spec.tenantID),
    validate: ({ object, oldObject, userInfo }) => ({
      problems: tenantProblems(tellTenant(userInfo), [object, oldObject]),
      warnings: [],
    }),
  };
}
