import { keyOf, type DeepReadonly, type Kind, type KubeObject } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';

/** Whether an object has been changed, deleted or replaced since it was read, as far as the cache knows. */
export function isOvertaken<T extends KubeObject>(
  cache: CacheReader,
  kind: Kind<T>,
  object: NoInfer<DeepReadonly<T>>,
): boolean {
  const { metadata } = object;
  const now = cache.get(kind, keyOf({ metadata }));
  // Not there at all: made a moment ago, and not in the cache yet.
  return (
    now !== undefined &&
    (now.metadata.uid !== metadata.uid || (now.metadata.generation ?? 0) > (metadata.generation ?? 0))
  );
}
