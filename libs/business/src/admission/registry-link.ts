import type { Kind } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';
import { tenantProblems, withTenant, type KindAdmission, type TellTenant, type TenantObject } from '@tke/webhook';

import { tenantOfProject } from './tenant-of-project.ts';

/** Of what links a project to the registry. What it names is for the registry to judge. */
export function registryLinkAdmission(
  kind: Kind<TenantObject>,
  cache: CacheReader,
  callerTenant: TellTenant,
): KindAdmission<TenantObject> {
  return {
    kind,
    default: (request) => withTenant(request, callerTenant, tenantOfProject(request, cache)),
    validate: (request) => ({ problems: tenantProblems(request, callerTenant(request.userInfo)), warnings: [] }),
  };
}
