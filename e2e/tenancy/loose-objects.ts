import { credentialRequest } from './credential-request.ts';
import { furtherObjects } from './further-objects.ts';
import type { Manifest, Tenant } from './tenant-objects.ts';

/** One at least of every kind that is no part of the tenant's repository. The key of the credential stays in the folder. */
export async function looseObjects(tenant: Tenant, folder: string): Promise<readonly Manifest[]> {
  const { id: tenantID, cluster, child, administrator: username } = tenant;
  const request = await credentialRequest(tenant, 'web', folder);
  const credential = (name: string, whose: object): Manifest => ({
    ...{ apiVersion: 'business.tkestack.io/v1', kind: 'NamespaceCredential', metadata: { name, namespace: child } },
    spec: { tenantID, namespace: `${cluster}-web`, request, ...whose },
  });
  return [
    ...furtherObjects(tenant),
    credential('mine', { username }),
    credential('whose', {}),
    {
      ...{ apiVersion: 'platform.tkestack.io/v1', kind: 'Cluster', metadata: { name: `${cluster}later` } },
      spec: { tenantID, type: 'Imported' },
    },
    {
      ...{ apiVersion: 'auth.tkestack.io/v1', kind: 'Rule', metadata: { name: `rul-${tenantID}` } },
      spec: { ptype: 'g', v0: `user::${tenantID}::${username}`, v1: `group::${tenantID}`, v2: '*' },
    },
  ];
}
