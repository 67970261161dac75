import { createCa, issueCertificate, type CertificateAndKey } from '@tke/pki';
import { systemClock, type Clock } from '@tke/time';

import { CertificateHolder } from '../certificates/holder.ts';
import { discardLogger } from '@tke/log';

export function makeCa(commonName = 'test-ca'): Promise<CertificateAndKey> {
  return createCa({ commonName, days: 2, clock: systemClock });
}

export function makeServerPair(
  ca: CertificateAndKey,
  clock: Clock = systemClock,
  days = 1,
): Promise<CertificateAndKey> {
  return issueCertificate({
    ca,
    commonName: 'localhost',
    dnsNames: ['localhost'],
    ips: ['127.0.0.1'],
    usages: ['server'],
    days,
    clock,
  });
}

export function makeClientPair(
  ca: CertificateAndKey,
  commonName: string,
  organizations: string[],
): Promise<CertificateAndKey> {
  return issueCertificate({ ca, commonName, organizations, usages: ['client'], days: 1, clock: systemClock });
}

export function heldPair(pair: CertificateAndKey): CertificateHolder {
  const holder = new CertificateHolder(discardLogger);
  holder.offer(pair);
  return holder;
}
