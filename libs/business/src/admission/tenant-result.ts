import type { CacheReader } from '@tke/runtime';
import { tenantWarnings, type TenantObject, type ValidationResult } from '@tke/webhook';
import type { DeepReadonly } from '@tke/meta';

import { tenantKind } from '../objects/kinds.ts';

/** Whether the tenant of an object exists. A missing one is a warning: git applies in any order. */
export function tenantResult(object: DeepReadonly<TenantObject>, cache: Pick<CacheReader, 'get'>): ValidationResult {
  const exists = (name: string) => cache.get(tenantKind, { name }) !== undefined;
  return { problems: [], warnings: tenantWarnings(object, exists) };
}
