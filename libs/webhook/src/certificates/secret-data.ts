import { X509Certificate } from 'node:crypto';

import { errorMessage } from '@tke/errors';
import type { Secret } from '@tke/meta';

import { webhookErrors } from '../errors.ts';

import { checkPair } from './holder.ts';
import type { CertificatePair } from './source.ts';

/** The names cert-manager and the kubernetes.io/tls type give to the entries. */
export const secretEntries = { cert: 'tls.crt', key: 'tls.key', ca: 'ca.crt' } as const;

export interface StoredCertificate {
  readonly pair: CertificatePair;
  /** PEM of each CA to trust, the one that issued the serving certificate first. */
  readonly authorities: readonly string[];
}

/** The pair of a Secret as it is, good or not; undefined when one of both is missing. */
export function pairOf(secret: Secret | undefined): CertificatePair | undefined {
  const certPem = entry(secret, secretEntries.cert);
  const keyPem = entry(secret, secretEntries.key);
  return certPem === '' || keyPem === '' ? undefined : { certPem, keyPem };
}

/** PEM of each CA in a Secret. */
export function authoritiesOf(secret: Secret | undefined): string[] {
  return splitPem(entry(secret, secretEntries.ca));
}

/** Reads a Secret. Throws `CertificateInvalid` unless pair and issuing CA are there and fit together. */
export function readSecret(secret: Secret | undefined): StoredCertificate {
  const pair = pairOf(secret);
  if (pair === undefined) {
    throw webhookErrors.CertificateInvalid('the Secret has no serving certificate');
  }
  checkPair(pair);
  const authorities = authoritiesOf(secret);
  const issuer = authorities.find((pem) => issued(pem, pair.certPem));
  if (issuer === undefined) {
    throw webhookErrors.CertificateInvalid('the CA that issued the serving certificate is not in the Secret');
  }
  return { pair, authorities: [issuer, ...authorities.filter((pem) => pem !== issuer)] };
}

/** The certificates of a PEM text, each ending in a newline. */
export function splitPem(text: string): string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => `${block}\n`);
}

export function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

export function toBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function entry(secret: Secret | undefined, name: string): string {
  return fromBase64(secret?.data?.[name] ?? '');
}

function issued(caPem: string, leafPem: string): boolean {
  try {
    const ca = new X509Certificate(caPem);
    const leaf = new X509Certificate(leafPem);
    return leaf.checkIssued(ca) && leaf.verify(ca.publicKey);
  } catch (error) {
    throw webhookErrors.CertificateInvalid(`a CA in the Secret cannot be read: ${errorMessage(error)}`);
  }
}
