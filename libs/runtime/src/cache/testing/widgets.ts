import { KubeApiError, KubeTransportError, type WatchEvent } from '@tke/kube-client';
import type { Kind, KubeObject, ObjectList } from '@tke/meta';

import { ScriptedWatch, type ScriptedAnswer } from './scripted-reader.ts';

export interface Widget extends KubeObject {
  spec?: { color?: string };
}

export const widget: Kind<Widget> = {
  group: 'example.io',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
};

/** `namespace/name` or a name in namespace `default`, at a resourceVersion. */
export function makeWidget(key: string, version: string, more: Partial<Widget> & { uid?: string } = {}): Widget {
  const [namespace = '', name = ''] = key.includes('/') ? key.split('/') : ['default', key];
  const { uid = `uid-${name}`, metadata, ...rest } = more;
  return {
    apiVersion: 'example.io/v1',
    kind: 'Widget',
    metadata: { name, namespace, uid, resourceVersion: version, ...metadata },
    ...rest,
  };
}

export function added(object: KubeObject): WatchEvent<KubeObject> {
  return { type: 'ADDED', object };
}

export function modified(object: KubeObject): WatchEvent<KubeObject> {
  return { type: 'MODIFIED', object };
}

export function deleted(object: KubeObject): WatchEvent<KubeObject> {
  return { type: 'DELETED', object };
}

export function bookmark(resourceVersion: string): WatchEvent<KubeObject> {
  return { type: 'BOOKMARK', resourceVersion, initialEventsEnd: false };
}

export function listEnd(resourceVersion: string): WatchEvent<KubeObject> {
  return { type: 'BOOKMARK', resourceVersion, initialEventsEnd: true };
}

export function page(resourceVersion: string, ...items: readonly KubeObject[]): ObjectList<KubeObject> {
  return { metadata: { resourceVersion }, items: [...items] };
}

export function pages(...lists: readonly ObjectList<KubeObject>[]): ScriptedAnswer {
  return { pages: lists };
}

/** An open watch that has sent these events. */
export function watchOf(...events: readonly WatchEvent<KubeObject>[]): { watch: ScriptedWatch } {
  return { watch: new ScriptedWatch().send(...events) };
}

/** A complete streaming list. */
export function streamOf(resourceVersion: string, ...objects: readonly KubeObject[]): { watch: ScriptedWatch } {
  return watchOf(...objects.map(added), listEnd(resourceVersion));
}

export function apiError(code: number, reason: string, causes: readonly { reason: string }[] = []): KubeApiError {
  return new KubeApiError({ method: 'GET', path: '/apis/example.io/v1/widgets' }, code, {
    code,
    reason,
    message: reason,
    details: { causes },
  });
}

export const expired = () => apiError(410, 'Expired');
export const gone = () => apiError(410, 'Gone');
export const notFound = () => apiError(404, 'NotFound');
export const invalid = () => apiError(422, 'Invalid');
export const tooManyRequests = () => apiError(429, 'TooManyRequests');
export const internalError = () => apiError(500, 'InternalError');
export const tooLargeVersion = () => apiError(504, 'Timeout', [{ reason: 'ResourceVersionTooLarge' }]);
export const refused = () => new KubeTransportError('ConnectionFailed', 'connection refused');
export const cut = () => new KubeTransportError('ConnectionLost', 'the stream was cut');
