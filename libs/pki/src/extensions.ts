import { createHash } from 'node:crypto';

import { bitString, boolean, explicit, implicit, objectIdentifier, octetString, sequence, type Der } from './der.ts';
import { addressBytes } from './ip-address.ts';

export type Usage = 'server' | 'client';

const oids = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

const usageOids: Readonly<Record<Usage, string>> = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };

/** The encoded identifier of the subject key extension, for looking it up in a CA. */
export const subjectKeyIdOid: Der = objectIdentifier(oids.subjectKeyId);

function extension(oid: string, critical: boolean, value: Der): Der {
  return sequence(objectIdentifier(oid), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** RFC 7093, method 1: the leftmost 160 bits of the SHA-256 of the public key. */
export function keyId(publicKey: Der): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, 20);
}

function keyIds(subject: Buffer, authority: Buffer): Der[] {
  return [
    extension(oids.subjectKeyId, false, octetString(subject)),
    extension(oids.authorityKeyId, false, sequence(implicit(0, authority))),
  ];
}

export function caExtensions(ownKeyId: Buffer): Der {
  const signCertificatesAndLists = bitString(Buffer.of(0b0000_0110), 1);
  return explicit(
    3,
    sequence(
      extension(oids.basicConstraints, true, sequence(boolean(true))),
      extension(oids.keyUsage, true, signCertificatesAndLists),
      ...keyIds(ownKeyId, ownKeyId),
    ),
  );
}

export interface LeafOptions {
  readonly usages: readonly Usage[];
  readonly dnsNames: readonly string[];
  readonly ips: readonly string[];
}

export function leafExtensions(ownKeyId: Buffer, caKeyId: Buffer, { usages, dnsNames, ips }: LeafOptions): Der {
  const digitalSignature = bitString(Buffer.of(0b1000_0000), 7);
  const names = [
    ...dnsNames.map((name) => implicit(2, Buffer.from(name, 'ascii'))),
    ...ips.map((ip) => implicit(7, addressBytes(ip))),
  ];
  return explicit(
    3,
    sequence(
      extension(oids.basicConstraints, true, sequence()),
      extension(oids.keyUsage, true, digitalSignature),
      extension(oids.extendedKeyUsage, false, sequence(...usages.map((usage) => objectIdentifier(usageOids[usage])))),
      ...keyIds(ownKeyId, caKeyId),
      ...(names.length === 0 ? [] : [extension(oids.subjectAltName, false, sequence(...names))]),
    ),
  );
}
