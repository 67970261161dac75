import type { Kind, KubeObject } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';

interface Owned extends KubeObject {
  readonly spec: { readonly tenantID?: string };
}

/** Whose object it is, empty for the platform's own; undefined for one that is gone, about which there is nothing to do that takes long. */
export function tenantOf<T extends Owned>(cache: CacheReader, kind: Kind<T>, name: string): string | undefined {
  const object = cache.get<Owned>(kind, { name });
  return object === undefined ? undefined : (object.spec.tenantID ?? '');
}
