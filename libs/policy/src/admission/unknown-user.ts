import type { CacheReader } from '@tke/runtime';

import { Compilation } from '../compile/compilation.ts';
import { alive } from '../compile/directory.ts';
import { resolveSubjects } from '../compile/subjects.ts';
import { CacheDirectory } from '../directory.ts';

/**
 * Tells why a tenant has no user of a name: as a binding that names him would. Undefined when it has, when a directory outside knows its
 * users, and while there is no such tenant, which is told of the tenant.
 */
export function unknownUser(cache: CacheReader): (tenant: string, username: string) => string | undefined {
  const directory = new CacheDirectory(cache);
  return (tenantID, name) => {
    if (alive(directory.tenant(tenantID)) === undefined) {
      return undefined;
    }
    const into = new Compilation();
    resolveSubjects({ tenantID, users: [{ name }] }, directory, into);
    const { defects, unresolved } = into.finish();
    return defects[0]?.rule ?? unresolved[0]?.detail;
  };
}
