import { tenantExtraKeys, tenantGroupPrefix } from '@tke/authz';

const text = (value: string) => `'${value}'`;
const extras = tenantExtraKeys.map((key) => `request.userInfo.?extra[?${text(key)}].orValue([])`).join(' + ');
const groups = `request.userInfo.?groups.orValue([]).filter(group, group.startsWith(${text(tenantGroupPrefix)})).map(group, group.substring(${tenantGroupPrefix.length}))`;

/** CEL: the tenants that the extra of the caller names, and those that the groups do. */
export const claimedTenants = `(${extras}).filter(tenant, tenant != '')`;
export const codedTenants = `${groups}.filter(tenant, tenant != '')`;

/** CEL: `system:` users belong to no tenant, whatever they carry. */
export const isNotSystem = "!request.userInfo.username.startsWith('system:')";

/** CEL: the caller says that he belongs to some tenant. */
export const isTenantUser = `${isNotSystem} && ((${claimedTenants}).size() > 0 || (${codedTenants}).size() > 0)`;
