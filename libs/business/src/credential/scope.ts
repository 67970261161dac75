import type { Cluster } from '@tke/api-platform';
import type { MemberCluster, MemberClusters } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';

import { clusterKind, namespaceKind, type CredentialObject } from '../objects/kinds.ts';
import { credentialErrors } from './errors.ts';
import type { CredentialHolder } from './holder.ts';

/** All that a credential is about. */
export interface CredentialScope {
  readonly credential: CredentialObject;
  readonly holder: CredentialHolder;
  readonly cluster: DeepReadonly<Cluster>;
  readonly member: MemberCluster;
}

export interface IssuedAnswer {
  readonly kind: 'issued';
  readonly fields: NonNullable<CredentialObject['status']>;
}

/** What has come of asking for a credential. */
export type Answer =
  | IssuedAnswer
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string; readonly afterMs: number };

export interface ScopeDependencies {
  readonly cache: CacheReader;
  readonly members: MemberClusters;
}

const namespacePollMs = 5_000;

/** Throws CredentialIncomplete, and ClusterNotConnected (Retryable). Waits for the Namespace: one apply brings both, in any order. */
export function scopeOf(
  credential: CredentialObject,
  { cache, members }: ScopeDependencies,
): CredentialScope | Extract<Answer, { kind: 'waiting' }> {
  const { namespace: project = '' } = credential.metadata;
  const { username = '', tenantID = '' } = credential.spec;
  if (tenantID === '' || username === '' || username.startsWith('system:')) {
    const asked = JSON.stringify({ tenantID, username });
    throw credentialErrors.CredentialIncomplete(`spec must name a user of a tenant, and not ${asked}`);
  }
  const found = cache.get(namespaceKind, {
    namespace: project,
    name: credential.spec.namespace,
  });
  if (found?.status?.memberUID === undefined || found.spec.tenantID !== tenantID) {
    const message = `waiting for Namespace ${credential.spec.namespace} of project ${project} to be Available`;
    return { kind: 'waiting', reason: 'WaitingForNamespace', message, afterMs: namespacePollMs };
  }
  const { clusterName, namespace } = found.spec;
  const holder = { username, tenantID, project, cluster: clusterName, namespace };
  return { credential, holder, ...connected(holder, { cache, members }) };
}

function connected(
  { cluster: name, tenantID }: CredentialHolder,
  { cache, members }: ScopeDependencies,
): Pick<CredentialScope, 'cluster' | 'member'> {
  const [cluster, member] = [cache.get(clusterKind, { name }), members.get(name)];
  if (cluster?.spec.tenantID !== tenantID || member?.tenantID !== tenantID) {
    throw credentialErrors.ClusterNotConnected(`cluster ${name} is not connected for tenant ${tenantID}`);
  }
  return { cluster, member };
}
