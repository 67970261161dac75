import { keyOf, kindKey, resourcePath, type Kind, type KubeObject, type ObjectKey } from '@tke/meta';

import { KubeTransportError } from '../errors.ts';

/**
 * The path of one object. An empty name would address the whole collection (a DELETE of it!), a name of dots another
 * path: neither leaves this process.
 */
export function objectPath(kind: Kind, key: ObjectKey, subresource?: string): string {
  if (key.name === '' || key.name === '.' || key.name === '..') {
    throw new KubeTransportError('InvalidRequest', `${kindKey(kind)}: ${JSON.stringify(key.name)} is no object name`);
  }
  return resourcePath(kind, withNamespace(kind, key), subresource);
}

/** The path to create at: the collection, or the subresource of a named object (`token`, `eviction`, `binding`). */
export function creationPath(kind: Kind, object: KubeObject, subresource: string | undefined): string {
  const key = keyOf(object);
  return subresource === undefined
    ? collectionPath(kind, withNamespace(kind, key).namespace)
    : objectPath(kind, key, subresource);
}

/** Without a namespace: the objects of all. */
export function collectionPath(kind: Kind, namespace: string | undefined): string {
  return resourcePath(kind, namespace === undefined ? {} : { namespace });
}

export function withNamespace(kind: Kind, key: ObjectKey): ObjectKey {
  if (kind.namespaced && !key.namespace) {
    throw new KubeTransportError('InvalidRequest', `${kindKey(kind)} ${key.name}: a namespace is missing`);
  }
  return key;
}
