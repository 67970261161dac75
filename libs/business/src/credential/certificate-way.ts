import { certificateInfo } from '@tke/pki';

import { readCertificateRequest } from './certificate-request.ts';
import { credentialErrors } from './errors.ts';
import { checkSubject, openssl } from './holder.ts';
import { kubeconfig } from './kubeconfig.ts';
import { signingName } from './names.ts';
import type { Answer, CredentialScope } from './scope.ts';
import { forget, sign } from './signing.ts';

const defaultDays = 365;
const signingPollMs = 500;

/** Has the member sign the request. Throws what `sign`, `readCertificateRequest` and `checkSubject` throw. */
export async function certificateAnswer(
  { credential, holder, cluster, member }: CredentialScope,
  signal: AbortSignal,
): Promise<Answer> {
  const { metadata, spec } = credential;
  if (!spec.request) {
    const remedy = `Create another NamespaceCredential with a request of: ${openssl(holder)}`;
    throw credentialErrors.CertificateRequestInvalid('spec.request must hold a certificate request', { remedy });
  }
  const request = readCertificateRequest(spec.request);
  checkSubject(request.subject, holder);
  const wanted = { name: signingName(metadata.uid ?? ''), request, days: spec.validDays ?? defaultDays };
  const certificate = await sign(member.client, wanted, signal);
  if (certificate === undefined) {
    const message = `waiting for cluster ${holder.cluster} to sign`;
    return { kind: 'waiting', reason: 'WaitingForSigner', message, afterMs: signingPollMs };
  }
  const proof = { kind: 'certificate', certificate, keyFile: `${holder.namespace}.key` } as const;
  const text = kubeconfig({ cluster, member, namespace: holder.namespace, username: holder.username, proof });
  await forget(member.client, wanted.name, signal);
  const expiresAt = instant(certificateInfo(certificate).notAfter);
  return { kind: 'issued', fields: { certificate, kubeconfig: text, expiresAt } };
}

/** As the API server keeps instants. */
export function instant(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
