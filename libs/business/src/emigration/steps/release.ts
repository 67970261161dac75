import { businessNamespace, type BusinessNamespace } from '@tke/api-business';
import { isNotFound } from '@tke/kube-client';
import type { Kind } from '@tke/meta';
import { wholeTarget, type Step } from '@tke/plan';

import { emigrationFieldManager as fieldManager, emigrationFrom, emigrationUID } from '../names.ts';
import { sourceKey, sourceOf, targetKey, targetOf, type EmigrationScope } from '../scope.ts';
import { stepNames, waitMs } from '../step-names.ts';

const kind: Kind<BusinessNamespace> = businessNamespace;

/** Deletes the old Namespace, whose project gets its quota back; the new one is one like any other from then on. */
export const release: Step<EmigrationScope> = {
  name: stepNames.release,
  targets: () => [wholeTarget],
  async run(scope, { signal }) {
    const source = sourceOf(scope);
    if (source !== undefined) {
      await remove(scope, source.metadata, signal);
      return { message: 'the old Namespace is being deleted', retryAfterMs: waitMs };
    }
    await unmark(scope, signal);
    return undefined;
  },
};

async function remove(
  { client, emigration }: EmigrationScope,
  { uid = '', deletionTimestamp }: { readonly uid?: string; readonly deletionTimestamp?: string },
  signal: AbortSignal,
): Promise<void> {
  if (deletionTimestamp !== undefined) {
    return;
  }
  try {
    await client.delete(kind, sourceKey(emigration), { preconditions: { uid }, signal });
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
  }
}

/** A Namespace with the annotations would wait for ever if somebody deleted the namespace in the member. */
async function unmark(scope: EmigrationScope, signal: AbortSignal): Promise<void> {
  const target = targetOf(scope);
  if (target === undefined) {
    return;
  }
  const metadata = { uid: target.metadata.uid, annotations: { [emigrationFrom]: null, [emigrationUID]: null } };
  await scope.client.patch(
    kind,
    targetKey(scope.emigration),
    { type: 'merge', body: { metadata } },
    { fieldManager, signal },
  );
}
