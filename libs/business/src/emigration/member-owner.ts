import { memberLabels } from '@tke/api-business';
import type { Client } from '@tke/kube-client';
import { coreKinds, type Namespace, type ObjectKey } from '@tke/meta';

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

/** Whether the labels name this Namespace object. */
export function belongsTo({ metadata: { labels = {} } }: Namespace, { namespace, name }: ObjectKey): boolean {
  return labels[memberLabels.project] === namespace && labels[memberLabels.namespace] === name;
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
  const labels =
    owner === undefined ? {} : { [memberLabels.project]: owner.namespace ?? '', [memberLabels.namespace]: owner.name };
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid, resourceVersion, labels } };
  await client.patch(coreKinds.namespace, { name }, { type: 'apply', body }, { fieldManager, force: true, signal });
}
