import type { CacheReader } from '@tke/runtime';
import type { AdmissionUser } from '@tke/webhook';

import { CacheDirectory } from '../directory.ts';
import { callerTenant } from './caller.ts';

/**
 * Whether a caller may do what only administrators of a tenant may, whatever policies say. The platform's own identities may, credentials
 * of several tenants may not.
 */
export function administersTenant(cache: CacheReader): (user: AdmissionUser) => boolean {
  const directory = new CacheDirectory(cache);
  return (userInfo) => {
    const caller = callerTenant(userInfo);
    return caller.kind === 'tenant' ? directory.administers(caller.user) : caller.kind === 'platform';
  };
}
