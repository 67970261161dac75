import type { Writer } from '@tke/kube-client';
import { keyOf, type DeepReadonly, type Kind, type KubeObject } from '@tke/meta';

import { mergeDiff } from './merge-diff.ts';

export interface PatchStatusOptions {
  readonly signal: AbortSignal;
  /**
   * Fail with a conflict when the object is no longer the one the status was computed from. Default false. Needed where
   * several writers share `conditions`: a list is written as a whole, so that the last one would win.
   */
  readonly optimisticLock?: boolean;
  /** Default: what the client sends, its user agent. */
  readonly fieldManager?: string;
}

/** The status of a kind, or an empty object for kinds without a typed one. */
export type StatusOf<T> = T extends { status?: infer S } ? NonNullable<S> : Record<string, unknown>;

/**
 * Makes `next` the whole status of an object, by a merge patch of its status subresource that holds the changed members
 * only. Sends nothing and resolves with the object as given when it has that status already.
 */
export async function patchStatus<T extends KubeObject>(
  client: Pick<Writer, 'patch'>,
  kind: Kind<T>,
  object: NoInfer<DeepReadonly<T>>,
  next: NoInfer<DeepReadonly<StatusOf<T>>>,
  { signal, optimisticLock = false, fieldManager }: PatchStatusOptions,
): Promise<DeepReadonly<T>> {
  const { status = {}, metadata } = object as DeepReadonly<KubeObject & { status?: object }>;
  const change = mergeDiff(status, next);
  if (change === undefined) {
    return object;
  }
  const lock = optimisticLock ? { metadata: { resourceVersion: metadata.resourceVersion } } : {};
  const patched = await client.patch(
    kind,
    keyOf({ metadata }),
    { type: 'merge', body: { ...lock, status: change } },
    { signal, subresource: 'status', ...(fieldManager === undefined ? {} : { fieldManager }) },
  );
  return patched as DeepReadonly<T>;
}
