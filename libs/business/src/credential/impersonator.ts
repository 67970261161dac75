import { isForbidden, type Client } from '@tke/kube-client';
import { coreKinds, keyString, parseKey, type ObjectKey } from '@tke/meta';
import { applyObject } from '@tke/runtime';

import { undefinedIfGone } from '../objects/undefined-if-gone.ts';
import { credentialErrors } from './errors.ts';
import { groupsOf, type CredentialHolder } from './holder.ts';
import { clusterRole, clusterRoleBinding, serviceAccount, tokenRequest, type ClusterRole } from './member-kinds.ts';
import {
  credentialAnnotation,
  credentialClusterLabel,
  credentialFieldManager,
  credentialLabel,
  credentialNamespace,
  nameInMember,
} from './names.ts';

const daySeconds = 86_400;

/** A ServiceAccount of a member that may do one thing: act as the holder of a credential. */
export interface Impersonator extends FoundImpersonator {
  readonly holder: CredentialHolder;
  /** Of the Cluster on the hub. */
  readonly clusterUID: string;
}

/** What a member tells of one. */
export interface FoundImpersonator {
  /** Of the NamespaceCredential. */
  readonly uid: string;
  readonly credential: ObjectKey;
}

export interface IssuedToken {
  readonly token: string;
  /** As the member says, RFC 3339: it may give less than what was asked for. */
  readonly expiresAt: string;
}

/**
 * Makes the ServiceAccount as far as it is not there, and has the member give out a token of it. Rejects with MemberRightsMissing, and what
 * else the member answers.
 */
export async function issueToken(
  client: Client,
  impersonator: Impersonator,
  days: number,
  signal: AbortSignal,
): Promise<IssuedToken> {
  try {
    await ensureImpersonator(client, impersonator, signal);
    return await requestToken(client, nameInMember(impersonator.uid), days, signal);
  } catch (cause) {
    if (isForbidden(cause)) {
      const { cluster } = impersonator.holder;
      throw credentialErrors.MemberRightsMissing(
        `the platform may not make tokens in cluster ${cluster}: ${cause.message}`,
        { cause },
      );
    }
    throw cause;
  }
}

/** Nothing of it is needed any more. Its tokens are worth nothing when this resolves. */
export async function removeImpersonator(client: Client, uid: string, signal: AbortSignal): Promise<void> {
  const name = nameInMember(uid);
  // The binding first: API servers see its end at once, but remember for ten seconds whose a token is (TokenSuccessCacheTTL).
  await client.delete(clusterRoleBinding, { name }, { signal }).catch(undefinedIfGone);
  await client.delete(serviceAccount, { namespace: credentialNamespace, name }, { signal }).catch(undefinedIfGone);
  await client.delete(clusterRole, { name }, { signal }).catch(undefinedIfGone);
}

/** Those that were made for a Cluster. */
export async function listImpersonators(
  client: Client,
  clusterUID: string,
  signal: AbortSignal,
): Promise<readonly FoundImpersonator[]> {
  const labelSelector = `${credentialLabel},${credentialClusterLabel}=${clusterUID}`;
  const { items } = await client.list(serviceAccount, { namespace: credentialNamespace, labelSelector, signal });
  return items.map(({ metadata: { labels, annotations } }) => ({
    uid: labels?.[credentialLabel] ?? '',
    credential: parseKey(annotations?.[credentialAnnotation] ?? ''),
  }));
}

async function ensureImpersonator(client: Client, impersonator: Impersonator, signal: AbortSignal): Promise<void> {
  const { uid, credential, clusterUID, holder } = impersonator;
  const options = { fieldManager: credentialFieldManager, force: true, signal };
  const name = nameInMember(uid);
  const labels = { [credentialLabel]: uid, [credentialClusterLabel]: clusterUID };
  const metadata = { name, labels, annotations: { [credentialAnnotation]: keyString(credential) } };
  const account = { namespace: credentialNamespace, name };
  await applyObject(client, coreKinds.namespace, { metadata: { name: credentialNamespace } }, options);
  const ofAccount = { metadata: { ...metadata, ...account }, automountServiceAccountToken: false };
  await applyObject(client, serviceAccount, ofAccount, options);
  await applyObject(client, clusterRole, { metadata, rules: rulesFor(holder) }, options);
  const roleRef = { apiGroup: clusterRole.group, kind: clusterRole.kind, name };
  const subjects = [{ kind: serviceAccount.kind, ...account }];
  await applyObject(client, clusterRoleBinding, { metadata, roleRef, subjects }, options);
}

/** By name, so that who has the token can be nobody else, and in no other group (Kubernetes: User impersonation). */
function rulesFor(holder: CredentialHolder): ClusterRole['rules'] {
  const impersonate = { apiGroups: [''], verbs: ['impersonate'] };
  return [
    { ...impersonate, resources: ['users'], resourceNames: [holder.username] },
    { ...impersonate, resources: ['groups'], resourceNames: [...groupsOf(holder)] },
  ];
}

async function requestToken(client: Client, name: string, days: number, signal: AbortSignal): Promise<IssuedToken> {
  const metadata = { namespace: credentialNamespace, name };
  const request = {
    ...{ apiVersion: 'authentication.k8s.io/v1', kind: tokenRequest.kind, metadata },
    // No audiences: those of the API server itself.
    spec: { expirationSeconds: days * daySeconds },
  };
  const { status } = await client.create(tokenRequest, request, { subresource: 'token', signal });
  if (status === undefined) {
    throw credentialErrors.TokenNotIssued(
      `the cluster answered the request for a token of ServiceAccount ${name} without one`,
    );
  }
  return { token: status.token, expiresAt: status.expirationTimestamp };
}
