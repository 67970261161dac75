import { callerOf, tenantExtraKeys, tenantGroupPrefix, type TenantUser } from '@tke/authz';
import type { AdmissionUser, CallerTenant } from '@tke/webhook';

/** Whom a request speaks for; of a tenant's user also what decisions know of him. */
export type AdmissionCaller =
  | Exclude<CallerTenant, { readonly kind: 'tenant' }>
  | (Extract<CallerTenant, { readonly kind: 'tenant' }> & { readonly user: TenantUser });

/** The tenant of a caller, as the decisions of the authorizer know it. */
export function callerTenant({ username, groups, extra }: AdmissionUser): AdmissionCaller {
  const caller = callerOf({ user: username, groups, extra });
  if (caller.kind === 'tenantUser') {
    return { kind: 'tenant', tenant: caller.tenant, user: caller };
  }
  const claims =
    groups.some((group) => group.startsWith(tenantGroupPrefix) && group !== tenantGroupPrefix) ||
    Object.entries(extra).some(
      ([key, values]) => tenantExtraKeys.includes(key) && values.some((value) => value !== ''),
    );
  return claims && !username.startsWith('system:') ? { kind: 'ambiguous' } : { kind: 'platform' };
}
