import { isForbidden, type Client } from '@tke/kube-client';
import type { Kind, KubeObject } from '@tke/meta';

export interface TenantSelection {
  readonly signal: AbortSignal;
  /** Undefined: of all tenants, which only those may read who belong to none. */
  readonly tenant: string | undefined;
  /** Default: all. */
  readonly namespace?: string;
}

/**
 * The objects of a kind as users of a tenant may list them: the server answers them only when the tenant is named in the field selector.
 * Undefined when they may not be listed.
 */
export async function listOfTenant<T extends KubeObject>(
  client: Pick<Client, 'list'>,
  kind: Kind<T>,
  { signal, tenant, namespace }: TenantSelection,
): Promise<readonly T[] | undefined> {
  try {
    const { items } = await client.list(kind, {
      signal,
      ...(tenant !== undefined && { fieldSelector: `spec.tenantID=${tenant}` }),
      ...(namespace !== undefined && { namespace }),
    });
    return items;
  } catch (error) {
    if (isForbidden(error)) {
      return undefined;
    }
    throw error;
  }
}
