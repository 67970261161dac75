import { wholeTarget, type Step } from '@tke/plan';

import { namespaceKind } from '../../objects/kinds.ts';
import { undefinedIfGone } from '../../objects/undefined-if-gone.ts';
import { emigrationFieldManager as fieldManager, emigrationFrom, emigrationUID } from '../names.ts';
import { sourceKey, sourceOf, targetKey, targetOf, type EmigrationScope } from '../scope.ts';
import { stepNames, waitMs } from '../step-names.ts';

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
  if (deletionTimestamp === undefined) {
    const options = { preconditions: { uid }, signal };
    await client.delete(namespaceKind, sourceKey(emigration), options).catch(undefinedIfGone);
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
    namespaceKind,
    targetKey(scope.emigration),
    { type: 'merge', body: { metadata } },
    { fieldManager, signal },
  );
}
