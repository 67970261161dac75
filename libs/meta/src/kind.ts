import type { KubeObject, ObjectKey } from './object.ts';

declare const objectType: unique symbol;

/** Describes one served resource, and carries the TypeScript type of its objects. */
export interface Kind<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Resource name in URLs, e.g. `policies`. */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly [objectType]?: T;
}

export type ObjectOf<K> = K extends Kind<infer T> ? T : never;

export function apiVersionOf({ group, version }: Pick<Kind, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Identity of a kind for maps: `policies.auth.tkestack.io`, or `secrets` for the core group. */
export function kindKey({ group, plural }: Pick<Kind, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** `/apis/<group>/<version>/[namespaces/<ns>/]<plural>[/<name>[/<subresource>]]`, every segment escaped. */
export function resourcePath(kind: Kind, key: Partial<ObjectKey>, subresource?: string): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const segments = [
    ...(kind.namespaced && key.namespace !== undefined ? ['namespaces', key.namespace] : []),
    kind.plural,
    ...(key.name === undefined ? [] : [key.name]),
    ...(subresource === undefined ? [] : subresource.split('/')),
  ];
  return `${root}/${segments.map(encodeURIComponent).join('/')}`;
}

export function keyOf(object: {
  readonly metadata: { readonly namespace?: string; readonly name?: string };
}): ObjectKey {
  const { namespace, name = '' } = object.metadata;
  return namespace === undefined ? { name } : { namespace, name };
}

/** `namespace/name`, or `name` for cluster-scoped objects: the form queues and maps use. */
export function keyString({ namespace, name }: ObjectKey): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function parseKey(text: string): ObjectKey {
  const slash = text.indexOf('/');
  return slash < 0 ? { name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}
