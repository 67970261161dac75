import { everyoneKey, groupKey, userKey } from '../rows/keys.ts';
import type { SubjectAccessReviewSpec } from '@tke/meta';

export type Caller =
  | {
      readonly kind: 'tenantUser';
      readonly tenant: string;
      readonly user: string;
      /** The keys rows know the caller by. */
      readonly subjects: readonly [string, ...string[]];
    }
  | { readonly kind: 'unknownRealm'; readonly reason: string };

/** Keys of the user's extra that carry the tenant. */
export const tenantExtraKeys: readonly string[] = ['tkestack.io/tenantid', 'tenantid'];
export const tenantGroupPrefix = 'tenant:';

// Groups that carry something else than a membership (TKEStack put the tenant, project, cluster and namespace of a
// request there), and the groups of Kubernetes itself.
const codedGroups: readonly string[] = [tenantGroupPrefix, 'project:', 'cluster:', 'namespace:', 'system:'];

/** Who asks, from what the apiserver authenticated and from nothing else. */
export function callerOf(spec: SubjectAccessReviewSpec): Caller {
  const { user = '', groups = [] } = spec;
  if (user === '' || user.startsWith('system:')) {
    return { kind: 'unknownRealm', reason: 'the user belongs to no tenant' };
  }
  const tenants = tenantsOf(spec);
  const [tenant] = tenants;
  if (tenant === undefined || tenants.size > 1) {
    return {
      kind: 'unknownRealm',
      reason: tenant === undefined ? 'the user belongs to no tenant' : `the user claims ${tenants.size} tenants`,
    };
  }
  const memberships = groups.filter((group) => group !== '' && !codedGroups.some((prefix) => group.startsWith(prefix)));
  const subjects = [everyoneKey(tenant), ...memberships.map((group) => groupKey(tenant, group))];
  return { kind: 'tenantUser', tenant, user, subjects: [userKey(tenant, user), ...subjects] };
}

/** The tenants that the extra names; only when there are none, those of the groups. */
function tenantsOf({ extra = {}, groups = [] }: SubjectAccessReviewSpec): ReadonlySet<string> {
  const claimed = tenantExtraKeys
    .flatMap((key) => (Object.hasOwn(extra, key) ? (extra[key] ?? []) : []))
    .filter((tenant) => tenant !== '');
  if (claimed.length > 0) {
    return new Set(claimed);
  }
  const coded = groups
    .filter((group) => group.startsWith(tenantGroupPrefix))
    .map((group) => group.slice(tenantGroupPrefix.length));
  return new Set(coded.filter((tenant) => tenant !== ''));
}
