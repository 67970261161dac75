import { identityProvider } from '@tke/api-auth';
import { platform, type Platform } from '@tke/api-business';
import type { CacheReader } from '@tke/runtime';
import {
  tenantProblems,
  withTenant,
  type AdmissionRequest,
  type FieldProblem,
  type KindAdmission,
  type TellTenant,
  type ValidationResult,
} from '@tke/webhook';

/** Platforms make administrators, who may do everything in the tenant: of its users, they alone write them. */
export function platformAdmission(cache: CacheReader, callerTenant: TellTenant): KindAdmission<Platform> {
  return {
    kind: platform,
    default: (request) => withTenant(request, callerTenant),
    validate: (request) => validated(request, cache, callerTenant),
  };
}

function validated(
  request: AdmissionRequest<Platform>,
  cache: CacheReader,
  callerTenant: TellTenant,
): ValidationResult {
  const { object, userInfo } = request;
  const caller = callerTenant(userInfo);
  const foreign = tenantProblems(request, caller);
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
