import { platform, type Platform } from '@tke/api-business';
import type { CacheReader } from '@tke/runtime';
import {
  kindAdmission,
  tenantProblems,
  withTenant,
  type AdmissionUser,
  type FieldProblem,
  type KindAdmission,
  type TellTenant,
} from '@tke/webhook';

import { tenantResult } from './tenant-result.ts';

/** Platforms make administrators, who may do everything in the tenant: of its users, they alone write them. */
export function platformAdmission(
  cache: CacheReader,
  callerTenant: TellTenant,
  administersTenant: (user: AdmissionUser) => boolean,
): KindAdmission<Platform> {
  return kindAdmission<Platform>({
    kind: platform,
    default: (request) => withTenant(request, callerTenant),
    authorize: (request) => {
      const foreign = tenantProblems(request, callerTenant(request.userInfo));
      return foreign.length > 0 || administersTenant(request.userInfo) ? foreign : [notAnAdministrator];
    },
    examine: (object) => tenantResult(object, cache),
  });
}

const notAnAdministrator: FieldProblem = {
  field: 'spec.administrators',
  value: undefined,
  rule: 'is written by administrators of the tenant only',
  remedy: 'Ask one of them: kubectl get platforms, or spec.administrators of the IdentityProvider, names them.',
  type: 'Forbidden',
};
