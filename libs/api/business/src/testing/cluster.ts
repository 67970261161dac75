import { crdManifest } from '@tke/crd';
import { applyManifests, sharedControlPlane, type ClusterAccess } from '@tke/envtest';

import { businessKinds } from '../kinds.ts';
import { home } from './objects.ts';

/** A real API server with the kinds of this package, and the namespace that the objects of the tests live in. */
export async function businessCluster(): Promise<ClusterAccess> {
  const cluster = await sharedControlPlane();
  await applyManifests(cluster, businessKinds.map(crdManifest));
  await applyManifests(cluster, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: home } }]);
  return cluster;
}
