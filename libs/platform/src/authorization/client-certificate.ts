import { createPrivateKey, X509Certificate } from 'node:crypto';

import { certificateInfo, issueCertificate, type CertificateAndKey } from '@tke/pki';
import type { Clock } from '@tke/time';

const days = 365;

/** As whom the API server of a cluster asks: what the authz-webhook compares with the cluster in its path. */
export function identityOfCluster(name: string): string {
  return `cluster:${name}`;
}

export function issueClientCertificate(name: string, ca: CertificateAndKey, clock: Clock): Promise<CertificateAndKey> {
  return issueCertificate({ ca, commonName: identityOfCluster(name), usages: ['client'], days, clock });
}

/** When a certificate is to be replaced: when a third of its life is left. Milliseconds since the epoch. */
export function renewalOf(certPem: string): number {
  const { notBefore, notAfter } = certificateInfo(certPem);
  return notAfter - (notAfter - notBefore) / 3;
}

/** Whether a certificate that was issued earlier still is what would be issued now. */
export function isUsable(
  { certPem, keyPem }: CertificateAndKey,
  name: string,
  ca: CertificateAndKey,
  clock: Clock,
): boolean {
  try {
    const certificate = new X509Certificate(certPem);
    return (
      certificate.verify(new X509Certificate(ca.certPem).publicKey) &&
      certificate.checkPrivateKey(createPrivateKey(keyPem)) &&
      certificateInfo(certPem).commonName === identityOfCluster(name) &&
      clock.now() < renewalOf(certPem)
    );
  } catch {
    return false;
  }
}
