import { callerOf, tenantExtraKeys, tenantGroupPrefix, type TenantUser } from '@tke/authz';
import type { AdmissionUser } from '@tke/webhook';

/** Whom a request speaks for. */
export type AdmissionCaller =
  /** Administrators of the platform, and its own components. */
  | { readonly kind: 'platform' }
  | { readonly kind: 'tenant'; readonly tenant: string; readonly user: TenantUser }
  /** Claims to belong to tenants, but not to which one. */
  | { readonly kind: 'ambiguous' };

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
