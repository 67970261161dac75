import type { Client } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import { coreKinds } from '@tke/meta';
import type { Permission } from '@tke/runtime';
import { exponentialDelay, systemClock } from '@tke/time';

const name = 'kube-system';
const backoff = { baseMs: 500, capMs: 10_000 };

export const hubIdentityPermissions: readonly Permission[] = [
  { group: '', resources: ['namespaces'], resourceNames: [name], verbs: ['get'] },
];

/**
 * What tells this hub from others on the hosts and in the clusters it works on: the UID of its namespace kube-system. Waits for the
 * API server to answer; rejects only with the reason of the signal.
 */
export async function hubIdentity(client: Pick<Client, 'get'>, logger: Logger, signal: AbortSignal): Promise<string> {
  for (let failures = 0; ; failures++) {
    try {
      const { metadata } = await client.get(coreKinds.namespace, { name }, { signal });
      return metadata.uid ?? '';
    } catch (error) {
      signal.throwIfAborted();
      logger.warn('The identity of the hub cannot be read yet', { error });
      await systemClock.sleep(exponentialDelay(failures, backoff), signal);
    }
  }
}
