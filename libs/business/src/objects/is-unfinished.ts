import type { DeepReadonly, KubeObject } from '@tke/meta';
import { findCondition, type StandardStatus } from '@tke/runtime';

/** Whether the status does not say yet that the object, as it is now, is as its spec asks. */
export function isUnfinished({ metadata, status }: DeepReadonly<KubeObject & { status?: StandardStatus }>): boolean {
  return (
    findCondition(status?.conditions, 'Ready')?.status !== 'True' || status?.observedGeneration !== metadata.generation
  );
}
