import type { DeepReadonly, KubeObject } from '@tke/meta';
import { jsonEqual } from '@tke/runtime';

/** Whether two states of an object differ in nothing that users write but metadata. ClusterCredentials have it at the top level. */
export function isSameContent(one: DeepReadonly<KubeObject>, other: DeepReadonly<KubeObject>): boolean {
  return jsonEqual(contentOf(one), contentOf(other));
}

function contentOf(object: DeepReadonly<KubeObject>): object {
  return { ...object, metadata: undefined, status: undefined };
}
