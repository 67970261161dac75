import { createPrivateKey, X509Certificate } from 'node:crypto';

import { certificateInfo, issueCertificate, type CertificateAndKey } from '@tke/pki';
import { jsonEqual } from '@tke/runtime';
import type { Clock } from '@tke/time';

import { renewalTime } from '../observe/renewal-time.ts';

const days = 365;

/** Of a Cluster. */
export interface ClusterIdentity {
  readonly name: string;
  readonly uid: string;
}

/**
 * As whom the API server of a cluster asks. The authz-webhook compares the name with the cluster in its path, and the UID with the
 * Cluster of that name: one that is made anew, for another tenant perhaps, is not spoken for by the API server of the former one.
 */
function subjectOf({ name, uid }: ClusterIdentity) {
  return { commonName: `cluster:${name}`, organizations: [`uid:${uid}`] };
}

export function issueClientCertificate(
  cluster: ClusterIdentity,
  ca: CertificateAndKey,
  clock: Clock,
): Promise<CertificateAndKey> {
  return issueCertificate({ ca, ...subjectOf(cluster), usages: ['client'], days, clock });
}

/** When a certificate is to be replaced, milliseconds since the epoch. */
export function renewalOf(certPem: string): number {
  const { notBefore, notAfter } = certificateInfo(certPem);
  return renewalTime(notAfter, notBefore);
}

/** Whether a certificate that was issued earlier still is what would be issued now. */
export function isUsable(
  { certPem, keyPem }: CertificateAndKey,
  cluster: ClusterIdentity,
  ca: CertificateAndKey,
  clock: Clock,
): boolean {
  const wanted = subjectOf(cluster);
  try {
    const certificate = new X509Certificate(certPem);
    return (
      certificate.verify(new X509Certificate(ca.certPem).publicKey) &&
      certificate.checkPrivateKey(createPrivateKey(keyPem)) &&
      certificateInfo(certPem).commonName === wanted.commonName &&
      jsonEqual(certificateInfo(certPem).organizations, wanted.organizations) &&
      clock.now() < renewalOf(certPem)
    );
  } catch {
    return false;
  }
}
