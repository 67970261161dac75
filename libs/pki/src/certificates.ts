import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';

import type { Clock } from '@tke/time';

import {
  bitString,
  children,
  content,
  explicit,
  integer,
  objectIdentifier,
  sequence,
  set,
  time,
  utf8String,
  type Der,
} from './der.ts';
import { caExtensions, keyId, leafExtensions, subjectKeyIdOid, type Usage } from './extensions.ts';

/** A certificate and its private key (PKCS #8), both PEM. */
export interface CertificateAndKey {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface CaOptions {
  readonly commonName: string;
  /** Default 3650. */
  readonly days?: number;
  readonly clock: Clock;
}

export interface CertificateOptions {
  readonly ca: CertificateAndKey;
  /** The user name, where Kubernetes reads a client certificate. */
  readonly commonName: string;
  /** The groups, where Kubernetes reads a client certificate. */
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ips?: readonly string[];
  readonly usages: readonly Usage[];
  /** Default 365. */
  readonly days?: number;
  readonly clock: Clock;
}

const dayMs = 86_400_000;
// A peer whose clock is behind ours must not refuse a certificate as not yet valid.
const clockSkewMs = 5 * 60_000;

export const ecdsaWithSha256: Der = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const commonNameOid = '2.5.4.3';
const organizationOid = '2.5.4.10';

/** A self-signed ECDSA P-256 certificate authority. */
export async function createCa({ commonName, days = 3650, clock }: CaOptions): Promise<CertificateAndKey> {
  const { publicKey, privateKey } = await newKeys();
  const subject = distinguishedName(commonName, []);
  return signed(privateKey, privateKey, {
    issuer: subject,
    subject,
    validity: validity(clock, days),
    publicKey,
    extensions: caExtensions(publicKeyId(publicKey)),
  });
}

/**
 * An ECDSA P-256 leaf certificate with a new key. Valid from five minutes ago. Throws TypeError for a CA whose key is
 * not ECDSA and for what is no IP address.
 */
export async function issueCertificate(options: CertificateOptions): Promise<CertificateAndKey> {
  const { ca, commonName, organizations = [], dnsNames = [], ips = [], usages, days = 365, clock } = options;
  const { publicKey, privateKey } = await newKeys();
  const issuer = readIssuer(ca.certPem);
  return signed(createPrivateKey(ca.keyPem), privateKey, {
    issuer: issuer.name,
    subject: distinguishedName(commonName, organizations),
    validity: validity(clock, days),
    publicKey,
    extensions: leafExtensions(publicKeyId(publicKey), issuer.keyId, { usages, dnsNames, ips }),
  });
}

interface ToBeSigned {
  readonly issuer: Der;
  readonly subject: Der;
  readonly validity: Der;
  readonly publicKey: KeyObject;
  readonly extensions: Der;
}

function signed(signingKey: KeyObject, privateKey: KeyObject, fields: ToBeSigned): CertificateAndKey {
  if (signingKey.asymmetricKeyType !== 'ec') {
    throw new TypeError(`CA key is of type ${signingKey.asymmetricKeyType ?? 'secret'}, only ec is supported`);
  }
  const version3 = explicit(0, integer(Buffer.of(2)));
  const body = sequence(
    version3,
    integer(randomBytes(16)),
    ecdsaWithSha256,
    fields.issuer,
    fields.validity,
    fields.subject,
    fields.publicKey.export({ type: 'spki', format: 'der' }),
    fields.extensions,
  );
  const certificate = sequence(body, ecdsaWithSha256, bitString(sign('sha256', body, signingKey)));
  return {
    certPem: new X509Certificate(certificate).toString(),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}

export function newKeys(): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
}

function validity(clock: Clock, days: number): Der {
  const now = clock.now();
  return sequence(time(now - clockSkewMs), time(now + days * dayMs));
}

export function distinguishedName(commonName: string, organizations: readonly string[]): Der {
  const part = (oid: string, value: string) => set(sequence(objectIdentifier(oid), utf8String(value)));
  return sequence(...organizations.map((name) => part(organizationOid, name)), part(commonNameOid, commonName));
}

function publicKeyId(publicKey: KeyObject): Buffer {
  return keyId(publicKey.export({ type: 'spki', format: 'der' }));
}

/** A chain is matched by the exact bytes of the CA's subject and by its key identifier, where it has one. */
function readIssuer(caPem: string): { name: Der; keyId: Buffer } {
  const certificate = new X509Certificate(caPem);
  const [body] = children(certificate.raw) as [Der];
  const [, , , , , name = sequence(), , extensions] = children(body);
  const list = extensions === undefined ? [] : children(content(extensions));
  const found = list.map(children).find(([oid]) => oid?.equals(subjectKeyIdOid));
  const value = found?.at(-1);
  return {
    name,
    keyId: value === undefined ? publicKeyId(createPublicKey(caPem)) : content(content(value)),
  };
}
