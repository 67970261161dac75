import { keyOf } from '@tke/meta';
import { ensureFinalizer, patchStatus, type StatusDependencies } from '@tke/runtime';

import { credentialKind, type CredentialObject } from '../objects/kinds.ts';
import { credentialErrors } from './errors.ts';
import { requestOf } from './holder.ts';
import { issueToken } from './impersonator.ts';
import { endpointOf, kubeconfig, tokenUser } from './kubeconfig.ts';
import { credentialFinalizer } from './names.ts';
import type { CredentialScope, IssuedAnswer } from './scope.ts';
import { seal } from './sealed-token.ts';

const defaultDays = 30;

/**
 * Has the member give out a token with which one can act as the holder, and encrypts it for the key of the request: who may read the
 * NamespaceCredential need not be its holder. Throws what `requestOf`, `endpointOf` and `issueToken` throw, and ServerNotVerified.
 */
export async function tokenAnswer(
  { credential, holder, cluster, member }: CredentialScope,
  dependencies: Pick<StatusDependencies, 'client' | 'fieldManager'>,
  signal: AbortSignal,
): Promise<IssuedAnswer> {
  const { metadata, spec } = credential;
  const { publicKey } = requestOf(spec.request, holder);
  const endpoint = endpointOf(cluster, member);
  if (!endpoint.isVerified) {
    throw credentialErrors.ServerNotVerified(
      `the certificate of cluster ${holder.cluster} is not checked: a token would be sent to whoever answers in its place`,
    );
  }
  const clusterUID = cluster.metadata.uid ?? '';
  const place = { clusterName: holder.cluster, clusterUID };
  await remember(credential, place, dependencies, signal);
  const impersonator = { uid: metadata.uid ?? '', credential: keyOf({ metadata }), clusterUID, holder };
  const { token, expiresAt } = await issueToken(member.client, impersonator, spec.validDays ?? defaultDays, signal);
  const { namespace, username } = holder;
  const user = tokenUser(holder, `${namespace}.token`);
  const encryptedToken = await seal(token, publicKey);
  const text = kubeconfig({ endpoint, namespace, username, user });
  return {
    kind: 'issued',
    fields: { encryptedToken, kubeconfig: text, expiresAt, ...place },
  };
}

/** Where to clear away later. Both writes fail if the object is being deleted by then, and nothing is made in the member. */
async function remember(
  credential: CredentialObject,
  place: { readonly clusterName: string; readonly clusterUID: string },
  { client, fieldManager }: Pick<StatusDependencies, 'client' | 'fieldManager'>,
  signal: AbortSignal,
): Promise<void> {
  const held = await ensureFinalizer(client, credentialKind, credential, credentialFinalizer, { signal });
  const options = { signal, fieldManager, optimisticLock: true };
  await patchStatus(client, credentialKind, held, { ...held.status, ...place }, options);
}
