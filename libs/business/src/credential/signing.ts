import { X509Certificate } from 'node:crypto';

import type { Client } from '@tke/kube-client';
import { apiVersionOf, keyOf } from '@tke/meta';
import { certificateInfo } from '@tke/pki';

import { undefinedIfGone } from '../objects/undefined-if-gone.ts';
import type { CertificateRequest } from './certificate-request.ts';
import { credentialErrors } from './errors.ts';
import { certificateSigningRequest, type CertificateSigningRequest, type CsrCondition } from './member-kinds.ts';
import { credentialFieldManager } from './names.ts';

/** What a member is asked to sign. */
export interface Wanted {
  /** Of the object in the member: nobody else's, and the same at each try. */
  readonly name: string;
  readonly request: CertificateRequest;
  readonly days: number;
}

const signerName = 'kubernetes.io/kube-apiserver-client';
const fieldManager = credentialFieldManager;
const daySeconds = 86_400;

/**
 * One step towards a certificate: asks, approves, looks.
 * @returns the certificate in PEM, once it is signed; undefined before. Throws CertificateRequestTaken, CertificateNotSigned,
 * CertificateNotAsAsked, and what the member answers.
 */
export async function sign(client: Client, wanted: Wanted, signal: AbortSignal): Promise<string | undefined> {
  const asked = csrOf(wanted);
  const key = { name: wanted.name };
  const found = await client.get(certificateSigningRequest, key, { signal }).catch(undefinedIfGone);
  const csr = found ?? (await client.create(certificateSigningRequest, asked, { fieldManager, signal }));
  if (!isSame(csr, asked)) {
    throw credentialErrors.CertificateRequestTaken(
      `CertificateSigningRequest ${wanted.name} of the cluster asks for something else: somebody made it before`,
    );
  }
  const conditions = csr.status?.conditions ?? [];
  const refusal = conditions.find(({ type }) => type === 'Denied' || type === 'Failed');
  if (refusal !== undefined) {
    throw credentialErrors.CertificateNotSigned(`the cluster does not sign: ${refusal.message ?? refusal.type}`);
  }
  if (!conditions.some(({ type }) => type === 'Approved')) {
    await approve(client, csr, signal);
    return undefined;
  }
  const { certificate } = csr.status ?? {};
  return certificate === undefined ? undefined : checked(Buffer.from(certificate, 'base64').toString(), wanted.request);
}

/** Takes back what was asked for, or clears it away when it was answered. */
export async function removeRequest(client: Client, name: string, signal: AbortSignal): Promise<void> {
  await client.delete(certificateSigningRequest, { name }, { signal }).catch(undefinedIfGone);
}

function csrOf({ name, request, days }: Wanted): CertificateSigningRequest {
  return {
    apiVersion: apiVersionOf(certificateSigningRequest),
    kind: certificateSigningRequest.kind,
    metadata: { name },
    spec: {
      request: Buffer.from(request.pem).toString('base64'),
      signerName,
      usages: ['client auth', 'digital signature'],
      // The signer may give less; what the certificate says counts.
      expirationSeconds: days * daySeconds,
    },
  };
}

/** The spec of one that exists cannot be changed, so that what is looked at here is what is approved below. */
function isSame({ spec }: CertificateSigningRequest, asked: CertificateSigningRequest): boolean {
  return (
    spec.request === asked.spec.request &&
    spec.signerName === asked.spec.signerName &&
    [...spec.usages].sort().join() === asked.spec.usages.join() &&
    spec.expirationSeconds === asked.spec.expirationSeconds
  );
}

async function approve(client: Client, csr: CertificateSigningRequest, signal: AbortSignal): Promise<void> {
  const condition: CsrCondition = {
    ...{ type: 'Approved', status: 'True', reason: 'NamespaceCredential' },
    message: 'Asked for by the user whom the subject names, on the hub.',
  };
  const { resourceVersion } = csr.metadata;
  const body = {
    metadata: { resourceVersion },
    status: { conditions: [...(csr.status?.conditions ?? []), condition] },
  };
  const options = { subresource: 'approval', fieldManager, signal };
  await client.patch(certificateSigningRequest, keyOf(csr), { type: 'merge', body }, options);
}

/** A signer may write what it likes: what is handed on must be for this key and say what was asked for. */
function checked(pem: string, { publicKey, subject }: CertificateRequest): string {
  const { commonName, organizations } = certificateInfo(pem);
  const isAsAsked =
    new X509Certificate(pem).publicKey.equals(publicKey) &&
    commonName === subject.commonNames[0] &&
    organizations.toSorted().join('\n') === subject.organizations.toSorted().join('\n');
  if (!isAsAsked) {
    throw credentialErrors.CertificateNotAsAsked('the certificate is for another key or another subject');
  }
  return pem;
}
