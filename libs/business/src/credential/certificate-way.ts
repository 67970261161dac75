import { certificateInfo } from '@tke/pki';

import { instant } from '../objects/instant.ts';
import { requestOf } from './holder.ts';
import { certificateUser, endpointOf, kubeconfig } from './kubeconfig.ts';
import { nameInMember } from './names.ts';
import type { Answer, CredentialScope } from './scope.ts';
import { removeRequest, sign } from './signing.ts';

const defaultDays = 365;
const signingPollMs = 500;

/** Has the member sign the request. Throws what `sign`, `requestOf` and `endpointOf` throw. */
export async function certificateAnswer(
  { credential, holder, cluster, member }: CredentialScope,
  signal: AbortSignal,
): Promise<Answer> {
  const { metadata, spec } = credential;
  const request = requestOf(spec.request, holder);
  // Nothing is signed that cannot be used.
  const endpoint = endpointOf(cluster, member);
  const wanted = { name: nameInMember(metadata.uid ?? ''), request, days: spec.validDays ?? defaultDays };
  const certificate = await sign(member.client, wanted, signal);
  if (certificate === undefined) {
    const message = `waiting for cluster ${holder.cluster} to sign`;
    return { kind: 'waiting', reason: 'WaitingForSigner', message, afterMs: signingPollMs };
  }
  const { namespace, username } = holder;
  const user = certificateUser(certificate, `${namespace}.key`);
  const text = kubeconfig({ endpoint, namespace, username, user });
  await removeRequest(member.client, wanted.name, signal);
  const expiresAt = instant(certificateInfo(certificate).notAfter);
  return { kind: 'issued', fields: { certificate, kubeconfig: text, expiresAt } };
}
