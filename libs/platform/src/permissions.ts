import { cluster, clusterCredential, machine } from '@tke/api-platform';
import { clusterFollowerPermissions } from '@tke/member-cluster';
import type { Permission } from '@tke/runtime';

import { authorizationPermissions } from './authorization/permissions.ts';
import { machinePermissions } from './machine/permissions.ts';
import { credentialPermissions } from './renewal/credential-reconciler.ts';

/** What the reconcilers of this package need in the hub, besides events, and no more. `namespace` is that of the platform. */
export function platformPermissions(namespace: string): readonly Permission[] {
  const { group } = cluster;
  return [
    ...clusterFollowerPermissions(namespace),
    ...machinePermissions(namespace),
    ...authorizationPermissions(namespace),
    ...credentialPermissions,
    // Finalizers; owner references do not block, so that */finalizers is not needed.
    { group, resources: [cluster.plural], verbs: ['patch'] },
    { group, resources: [`${cluster.plural}/status`], verbs: ['patch'] },
    { group, resources: [machine.plural], verbs: ['delete'] },
    // The credential of a cluster that was built here.
    { group, resources: [clusterCredential.plural], verbs: ['create', 'patch'] },
    { group: '', resources: ['secrets'], verbs: ['create', 'patch'], namespace },
  ];
}
