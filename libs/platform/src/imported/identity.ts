import type { Cluster } from '@tke/api-platform';
import type { CodedError } from '@tke/errors';
import type { Client } from '@tke/kube-client';
import { memberErrors } from '@tke/member-cluster';
import { coreKinds, type DeepReadonly } from '@tke/meta';

/** UID of the namespace kube-system: what a cluster is told from others by. */
export async function identityOf(client: Pick<Client, 'get'>, signal: AbortSignal): Promise<string> {
  const { metadata } = await client.get(coreKinds.namespace, { name: 'kube-system' }, { signal });
  return metadata.uid ?? '';
}

/**
 * Whether another cluster answers than the one that was imported. The name of a Cluster is bound to the identity that was seen first:
 * rights, quotas and secrets that were meant for that cluster must not go to whoever takes over its address.
 */
export function identityChanged(
  { metadata, status }: DeepReadonly<Cluster>,
  now: string | undefined,
): CodedError | undefined {
  const before = status?.uid;
  return before === undefined || now === undefined || before === now
    ? undefined
    : memberErrors.IdentityChanged(
        `another cluster answers in the place of ${metadata.name ?? ''}: the UID of its namespace kube-system is ${now}, that of the imported one ${before}`,
      );
}
