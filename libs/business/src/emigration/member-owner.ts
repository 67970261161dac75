import { memberLabels } from '@tke/api-business';
import { isNotFound, type Client } from '@tke/kube-client';
import { coreKinds, type Namespace, type ObjectKey } from '@tke/meta';

/** Of what reconciles Namespaces: the labels stay theirs, whichever of the two objects they name. */
const fieldManager = 'tke/namespaces';

/** The namespace in the member as it is now, not as the cache has it; undefined when there is none. */
export async function memberNamespace(
  client: Pick<Client, 'get'>,
  name: string,
  signal: AbortSignal,
): Promise<Namespace | undefined> {
  try {
    return await client.get(coreKinds.namespace, { name }, { signal });
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
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
