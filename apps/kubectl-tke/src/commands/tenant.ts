import { tenantGroupPrefix } from '@tke/authz';

import type { Arguments } from '../command.ts';
import { cliErrors } from '../errors.ts';
import type { ReadBasis } from '../cluster/basis.ts';

/** The tenant that is asked about: named, in a group of the user's, or the only one there is. */
export function tenantOf(args: Arguments, { tenantNames }: ReadBasis): string {
  const named = args.value('tenant');
  if (named !== undefined && !tenantNames.includes(named)) {
    throw cliErrors.TenantUnclear(`--tenant is ${JSON.stringify(named)}: ${listOf(tenantNames)}`);
  }
  const coded = args.values('group').find((group) => group.startsWith(tenantGroupPrefix));
  const tenant = named ?? coded?.slice(tenantGroupPrefix.length);
  const [only, ...others] = tenantNames;
  if (tenant === undefined && (only === undefined || others.length > 0)) {
    throw cliErrors.TenantUnclear(`--tenant is missing: ${listOf(tenantNames)}`);
  }
  return tenant ?? only ?? '';
}

function listOf(tenants: readonly string[]): string {
  return tenants.length === 0 ? 'there is no tenant' : `the tenants are ${tenants.slice(0, 20).join(', ')}`;
}
