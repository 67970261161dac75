import { sign } from 'node:crypto';

import { distinguishedName, ecdsaWithSha256, newKeys } from './certificates.ts';
import { bitString, explicit, integer, sequence } from './der.ts';

export interface CertificateRequestOptions {
  /** The user name, where Kubernetes reads a client certificate. */
  readonly commonName: string;
  /** The groups, where Kubernetes reads a client certificate. */
  readonly organizations?: readonly string[];
}

/** A request for a certificate (PKCS #10, RFC 2986) and the private key it is for (PKCS #8), both PEM. */
export interface RequestAndKey {
  readonly requestPem: string;
  readonly keyPem: string;
}

/** A request for a new ECDSA P-256 key, signed with it. */
export async function createCertificateRequest({
  commonName,
  organizations = [],
}: CertificateRequestOptions): Promise<RequestAndKey> {
  const { publicKey, privateKey } = await newKeys();
  const version1 = integer(Buffer.of(0));
  const noAttributes = explicit(0);
  const info = sequence(
    version1,
    distinguishedName(commonName, organizations),
    publicKey.export({ type: 'spki', format: 'der' }),
    noAttributes,
  );
  const request = sequence(info, ecdsaWithSha256, bitString(sign('sha256', info, privateKey)));
  return {
    requestPem: pem('CERTIFICATE REQUEST', request),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `${[`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n')}\n`;
}
