import type { CacheReader } from '@tke/runtime';
import type { AdmissionRequest } from '@tke/webhook';

import { projectKind } from '../objects/kinds.ts';

/** The tenant of the project in whose namespace the object lives; undefined when the cache knows no such project. */
export function tenantOfProject(
  { namespace = '' }: Pick<AdmissionRequest, 'namespace'>,
  cache: CacheReader,
): string | undefined {
  return cache.get(projectKind, { name: namespace })?.spec.tenantID;
}
