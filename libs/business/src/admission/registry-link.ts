import type { Kind } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';
import {
  kindAdmission,
  tenantProblems,
  withTenant,
  type KindAdmission,
  type TellTenant,
  type TenantObject,
} from '@tke/webhook';

import { tenantOfProject } from './tenant-of-project.ts';
import { tenantResult } from './tenant-result.ts';

/** Of what links a project to the registry. What it names is for the registry to judge. */
export function registryLinkAdmission(
  kind: Kind<TenantObject>,
  cache: CacheReader,
  callerTenant: TellTenant,
): KindAdmission<TenantObject> {
  return kindAdmission<TenantObject>({
    kind,
    default: (request) => withTenant(request, callerTenant, tenantOfProject(request, cache)),
    authorize: (request) => tenantProblems(request, callerTenant(request.userInfo)),
    examine: (object) => tenantResult(object, cache),
  });
}
