import type { Client } from '@tke/kube-client';
import { coreKinds, type Namespace, type ObjectKey } from '@tke/meta';

import { labelsFor } from '../namespace/member-labels.ts';
// The labels stay those of who reconciles Namespaces, whichever of the two objects they name.
import { namespaceFieldManager as fieldManager } from '../namespace/names.ts';
import { undefinedIfGone } from '../objects/undefined-if-gone.ts';

/** The namespace in the member as it is now, not as the cache has it; undefined when there is none. */
export function memberNamespace(
  client: Pick<Client, 'get'>,
  name: string,
  signal: AbortSignal,
): Promise<Namespace | undefined> {
  return client.get(coreKinds.namespace, { name }, { signal }).catch(undefinedIfGone);
}

/**
 * Has the labels name another Namespace object, or none: one write, which says whose all of it is. Rejects with a conflict when the
 * namespace is no longer the one given.
 */
export async function giveTo(
  client: Pick<Client, 'patch'>,
  { metadata: { name = '', uid, resourceVersion } }: Namespace,
  owner: ObjectKey | undefined,
  signal: AbortSignal,
): Promise<void> {
  const labels = owner === undefined ? {} : labelsFor(owner);
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid, resourceVersion, labels } };
  await client.patch(coreKinds.namespace, { name }, { type: 'apply', body }, { fieldManager, force: true, signal });
}
