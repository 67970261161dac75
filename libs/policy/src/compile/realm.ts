import type { IdentityProvider } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';

/** Types whose users are the LocalIdentity objects of the tenant, and no others. */
const localTypes: ReadonlySet<string> = new Set(['tke', 'local']);

/** Whether LocalIdentity objects are the whole truth about the users of the tenant. Otherwise a directory outside holds them. */
export function isLocalRealm({ spec }: DeepReadonly<IdentityProvider>): boolean {
  return localTypes.has(spec.type);
}
