import { identityProvider } from '@tke/api-auth';
import { platform, type Platform } from '@tke/api-business';
import type { CacheReader } from '@tke/runtime';
import type { AdmissionRequest, FieldProblem, KindAdmission, ValidationResult } from '@tke/webhook';

import { tenantProblems, type TellTenant } from './caller.ts';
import { withTenant } from './with-tenant.ts';

/** Platforms make administrators, who may do everything in the tenant: of its users, they alone write them. */
export function platformAdmission(cache: CacheReader, tellTenant: TellTenant): KindAdmission<Platform> {
  return {
    kind: platform,
    default: (request) => withTenant(request, tellTenant),
    validate: (request) => validated(request, cache, tellTenant),
  };
}

function validated(request: AdmissionRequest<Platform>, cache: CacheReader, tellTenant: TellTenant): ValidationResult {
  const { object, oldObject, userInfo } = request;
  const caller = tellTenant(userInfo);
  const foreign = tenantProblems(caller, [oldObject, object]);
  const isOutsider =
    caller.kind === 'tenant' && foreign.length === 0 && !administrators(caller.tenant, cache).has(userInfo.username);
  return {
    problems: isOutsider ? [notAnAdministrator] : foreign,
    warnings: object !== undefined && !object.spec.tenantID ? ['spec.tenantID is empty: it names nobody'] : [],
  };
}

/** As decisions know them: what the tenant says of itself and what its Platforms say, while there is such a tenant. */
function administrators(tenant: string, cache: CacheReader): ReadonlySet<string> {
  const provider = cache.get(identityProvider, { name: tenant });
  const platforms = cache.list<Platform>(platform).filter(({ spec }) => spec.tenantID === tenant);
  const lists = provider === undefined ? [] : [provider, ...platforms].map(({ spec }) => spec.administrators);
  return new Set(lists.flatMap((each) => each ?? []));
}

const notAnAdministrator: FieldProblem = {
  field: 'spec.administrators',
  value: undefined,
  rule: 'is written by administrators of the tenant only',
  remedy: 'Ask one of them: kubectl get platforms, or spec.administrators of the IdentityProvider, names them.',
  type: 'Forbidden',
};
