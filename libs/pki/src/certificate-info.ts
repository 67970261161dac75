import { X509Certificate } from 'node:crypto';

import { canonicalAddress } from './ip-address.ts';

export interface CertificateInfo {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
  readonly dnsNames: readonly string[];
  /** Spelled canonically: `::1`, never `0:0:0:0:0:0:0:1`. */
  readonly ips: readonly string[];
  /** Hexadecimal. */
  readonly serial: string;
  /** SHA-256, upper-case hexadecimal bytes joined by colons. */
  readonly fingerprint: string;
}

interface Subject {
  readonly CN?: string | string[];
  readonly O?: string | string[];
}

/** Reads the first certificate of a PEM text. Throws what node:crypto throws when there is none. */
export function certificateInfo(pem: string): CertificateInfo {
  const certificate = new X509Certificate(pem);
  const { CN: names, O: organizations } = certificate.toLegacyObject().subject as unknown as Subject;
  return {
    commonName: values(names).at(-1) ?? '',
    organizations: values(organizations),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    dnsNames: alternativeNames(certificate, 'DNS'),
    ips: alternativeNames(certificate, 'IP Address').map(canonicalAddress),
    serial: certificate.serialNumber,
    fingerprint: certificate.fingerprint256,
  };
}

function values(entry: string | string[] | undefined): string[] {
  return entry === undefined ? [] : [entry].flat();
}

function alternativeNames(certificate: X509Certificate, type: string): string[] {
  const entries = (certificate.subjectAltName ?? '').split(', ');
  return entries.filter((entry) => entry.startsWith(`${type}:`)).map((entry) => entry.slice(type.length + 1));
}
