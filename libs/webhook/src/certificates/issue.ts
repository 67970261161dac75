import { certificateInfo, createCa, issueCertificate } from '@tke/pki';
import type { Clock } from '@tke/time';

import type { StoredCertificate } from './secret-data.ts';

export interface WantedCertificate {
  /** Names the apiserver dials, e.g. `tke-manager.tke-system.svc`. */
  readonly dnsNames: readonly string[];
  readonly ips: readonly string[];
  readonly days: number;
}

const dayMs = 86_400_000;

/**
 * A serving certificate with a CA of its own, whose key is dropped here: nothing that is stored can sign another
 * certificate. Each rotation is thereby a CA rotation too, so that path is not first taken in ten years' time.
 */
export async function issueServingCertificate(wanted: WantedCertificate, clock: Clock): Promise<StoredCertificate> {
  // Distinct subjects let any TLS library tell the CAs of a bundle apart by name.
  const ca = await createCa({ commonName: `tke-webhook-ca-${clock.now()}`, days: wanted.days, clock });
  const commonName = wanted.dnsNames[0] ?? wanted.ips[0] ?? 'tke-webhook';
  const pair = await issueCertificate({ ca, commonName, ...wanted, usages: ['server'], clock });
  return { pair, authorities: [ca.certPem] };
}

/** Why a stored certificate has to be replaced now; undefined when it need not. */
export function renewalReason(stored: StoredCertificate, wanted: WantedCertificate, clock: Clock): string | undefined {
  const { dnsNames, ips } = certificateInfo(stored.pair.certPem);
  const missing = [
    ...wanted.dnsNames.filter((name) => !dnsNames.includes(name)),
    ...wanted.ips.filter((ip) => !ips.includes(ip)),
  ];
  if (missing.length > 0) {
    return `it is not valid for ${missing.join(', ')}`;
  }
  return clock.now() < renewalTime(stored, wanted) ? undefined : 'two thirds of its life are over';
}

/** Milliseconds since the epoch. A life longer than the one wanted now is not waited for. */
export function renewalTime({ pair }: StoredCertificate, wanted: WantedCertificate): number {
  const { notBefore, notAfter } = certificateInfo(pair.certPem);
  return notBefore + (2 / 3) * Math.min(notAfter - notBefore, wanted.days * dayMs);
}
