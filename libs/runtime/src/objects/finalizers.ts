import { isConflict, isInvalid, isNotFound, type JsonPatchOperation, type Reader, type Writer } from '@tke/kube-client';
import { keyOf, keyString, type DeepReadonly, type Kind, type KubeObject } from '@tke/meta';

import { objectErrors } from './errors.ts';

export interface FinalizerOptions {
  readonly signal: AbortSignal;
}

const removalAttempts = 5;

export function hasFinalizer(object: DeepReadonly<KubeObject>, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false;
}

/**
 * Adds a finalizer (`domain/purpose`), to be called before anything is made that would need cleaning up. Resolves with
 * the object as it is afterwards, to go on with: the change does not raise `generation`, so that a controller which
 * waits for the event may wait for ever. Does nothing to an object that has it, or that is being deleted, where the
 * server would refuse. Rejects with a conflict when the object is no longer the one given.
 */
export async function ensureFinalizer<T extends KubeObject>(
  client: Pick<Writer, 'patch'>,
  kind: Kind<T>,
  object: NoInfer<DeepReadonly<T>>,
  finalizer: string,
  { signal }: FinalizerOptions,
): Promise<DeepReadonly<T>> {
  const { metadata } = object;
  if (metadata.deletionTimestamp !== undefined || hasFinalizer(object, finalizer)) {
    return object;
  }
  const body = {
    metadata: { resourceVersion: metadata.resourceVersion, finalizers: [...(metadata.finalizers ?? []), finalizer] },
  };
  return (await client.patch(kind, keyOf(object), { type: 'merge', body }, { signal })) as DeepReadonly<T>;
}

/**
 * Removes a finalizer and nothing else: by index, each removal guarded by a test of what stands there, so that a stale
 * cache or a second writer cannot cost another controller its finalizer. Looks afresh and tries again when the test
 * fails. Resolves as well when the object is gone, or has been re-created since.
 */
export async function removeFinalizer<T extends KubeObject>(
  client: Pick<Writer, 'patch'> & Pick<Reader, 'get'>,
  kind: Kind<T>,
  object: NoInfer<DeepReadonly<T>>,
  finalizer: string,
  { signal }: FinalizerOptions,
): Promise<void> {
  const { metadata } = object;
  const key = keyOf(object);
  let finalizers = metadata.finalizers;
  for (let attempt = 0; attempt < removalAttempts; attempt++) {
    const operations = removals(metadata.uid, finalizers ?? [], finalizer);
    if (operations.length === 0) {
      return;
    }
    try {
      await client.patch(kind, key, { type: 'json', operations }, { signal });
      return;
    } catch (error) {
      if (isNotFound(error)) {
        return;
      }
      // A failed test answers 422, a race with another write 409.
      if (!isConflict(error) && !isInvalid(error)) {
        throw error;
      }
    }
    const fresh = await getUnlessGone(client, kind, object, signal);
    if (fresh === undefined) {
      return;
    }
    finalizers = fresh.metadata.finalizers;
  }
  throw objectErrors.FinalizerContended(
    `finalizer ${finalizer} of ${kind.kind} ${keyString(key)} could not be removed in ${removalAttempts} attempts`,
  );
}

/** From the last to the first, because each removal moves those behind it. */
function removals(uid: string | undefined, finalizers: readonly string[], finalizer: string): JsonPatchOperation[] {
  const indexes = finalizers.flatMap((name, i) => (name === finalizer ? [i] : [])).reverse();
  if (indexes.length === 0) {
    return [];
  }
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    ...indexes.flatMap((i): JsonPatchOperation[] => [
      { op: 'test', path: `/metadata/finalizers/${i}`, value: finalizer },
      { op: 'remove', path: `/metadata/finalizers/${i}` },
    ]),
  ];
}

async function getUnlessGone<T extends KubeObject>(
  client: Pick<Reader, 'get'>,
  kind: Kind<T>,
  object: NoInfer<DeepReadonly<T>>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const { metadata } = object;
  try {
    const fresh = await client.get(kind, keyOf(object), { signal });
    return fresh.metadata.uid === metadata.uid ? fresh : undefined;
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}
