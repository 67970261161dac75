import { isAscii, isUtf8 } from 'node:buffer';
import { createPublicKey, verify, type KeyObject } from 'node:crypto';

import { isCoded } from '@tke/errors';

import { elementsOf, objectIdentifier, type Element } from './der-reader.ts';
import { credentialErrors } from './errors.ts';

/** Of a request or certificate, as Kubernetes reads it: CN is the user, each O a group. */
export interface Subject {
  readonly commonNames: readonly string[];
  readonly organizations: readonly string[];
  /** Object identifiers of anything else in it. */
  readonly others: readonly string[];
}

/** A request that is signed with the key it is for. */
export interface CertificateRequest {
  /** As Kubernetes takes it, without what stood around it. */
  readonly pem: string;
  readonly publicKey: KeyObject;
  readonly subject: Subject;
}

const [begin, end] = ['-----BEGIN CERTIFICATE REQUEST-----', '-----END CERTIFICATE REQUEST-----'];
const tags = { bits: 0x03, oid: 0x06, utf8: 0x0c, sequence: 0x30, attributes: 0xa0 };
/** PrintableString and IA5String: ASCII. Others (BMPString, TeletexString) are read differently by different programs. */
const asciiTags: ReadonlySet<number> = new Set([0x13, 0x16]);
const commonName = '2.5.4.3';
const organization = '2.5.4.10';
/** Digests by the algorithm of the signature (RFC 4055, RFC 5758). */
const digests: Readonly<Record<string, string>> = {
  ...{ '1.2.840.113549.1.1.11': 'sha256', '1.2.840.113549.1.1.12': 'sha384', '1.2.840.113549.1.1.13': 'sha512' },
  ...{ '1.2.840.10045.4.3.2': 'sha256', '1.2.840.10045.4.3.3': 'sha384', '1.2.840.10045.4.3.4': 'sha512' },
};
const curves: readonly unknown[] = ['prime256v1', 'secp384r1', 'secp521r1'];
/** To check a signature of a longer one takes time that nobody else is served in. */
const rsaBits = { least: 2048, most: 8192 };

/** Reads PKCS #10 (RFC 2986) in PEM. Throws CertificateRequestInvalid. */
export function readCertificateRequest(text: string): CertificateRequest {
  const der = decoded(text);
  try {
    return requestOf(der);
  } catch (error) {
    // What node:crypto and the reader say of bytes is of no use to people.
    throw isCoded(error) ? error : invalid('is no PKCS #10 certificate request');
  }
}

function invalid(what: string): Error {
  return credentialErrors.CertificateRequestInvalid(`spec.request ${what}`);
}

function decoded(text: string): Buffer {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  const body = from < 0 || to < from ? '' : text.slice(from + begin.length, to).replace(/\s/g, '');
  if (body === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(body) || text.includes(begin, to)) {
    throw invalid(`must hold one block ${begin}`);
  }
  return Buffer.from(body, 'base64');
}

function requestOf(der: Buffer): CertificateRequest {
  const [info, algorithm, signature] = parts(der, tags.sequence, 3);
  const [, name, key, ...others] = elementsOf(info?.content ?? new Uint8Array());
  const publicKey = publicKeyOf(key);
  const digest = digests[algorithmOf(algorithm)];
  if (digest === undefined) {
    throw invalid('must be signed with SHA-256, SHA-384 or SHA-512');
  }
  const bytes = bitsOf(signature);
  if (info === undefined || !verify(digest, info.whole, publicKey, bytes)) {
    throw invalid('is not signed with the key that it is for');
  }
  checkAttributes(others);
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return { pem: `${[begin, ...lines, end].join('\n')}\n`, publicKey, subject: subjectOf(name) };
}

/** Signers may copy into a certificate what is asked for there, such as alternative names (RFC 2985, extensionRequest). */
function checkAttributes(elements: readonly Element[]): void {
  const [attributes, ...more] = elements;
  if (attributes?.tag !== tags.attributes || attributes.content.length > 0 || more.length > 0) {
    throw invalid('must have a subject and a key only, and no extensions or other attributes');
  }
}

function algorithmOf(element: Element | undefined): string {
  const [identifier] = element?.tag === tags.sequence ? elementsOf(element.content) : [];
  return identifier?.tag === tags.oid ? objectIdentifier(identifier.content) : '';
}

/** The first byte of a bit string counts the bits that are not used. */
function bitsOf(element: Element | undefined): Uint8Array {
  const [unused, ...bytes] = element?.tag === tags.bits ? element.content : [];
  return unused === 0 ? Uint8Array.from(bytes) : new Uint8Array();
}

/** The elements of the one element there is. */
function parts(bytes: Uint8Array, tag: number, count: number): readonly Element[] {
  const [outer, ...more] = elementsOf(bytes);
  const inner = outer?.tag === tag && more.length === 0 ? elementsOf(outer.content) : [];
  if (inner.length !== count) {
    throw new RangeError('not the elements that belong there');
  }
  return inner;
}

function publicKeyOf(element: Element | undefined): KeyObject {
  const key = createPublicKey({
    key: Buffer.from(element?.whole ?? new Uint8Array()),
    ...{ format: 'der', type: 'spki' },
  });
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const isRsa = key.asymmetricKeyType === 'rsa' && modulusLength >= rsaBits.least && modulusLength <= rsaBits.most;
  const isEc = key.asymmetricKeyType === 'ec' && curves.includes(namedCurve);
  if (!isRsa && !isEc) {
    throw invalid(
      `must be for an RSA key of ${rsaBits.least} to ${rsaBits.most} bits or an EC key (P-256, P-384, P-521)`,
    );
  }
  return key;
}

function subjectOf(name: Element | undefined): Subject {
  const attributes = elementsOf(name?.content ?? new Uint8Array())
    .flatMap((set) => elementsOf(set.content))
    .map(({ content }) => {
      const [type, value] = elementsOf(content);
      return { type: objectIdentifier(type?.content ?? new Uint8Array()), value };
    });
  const valuesOf = (oid: string) => attributes.filter(({ type }) => type === oid).map(({ value }) => textOf(value));
  return {
    commonNames: valuesOf(commonName),
    organizations: valuesOf(organization),
    others: attributes.map(({ type }) => type).filter((type) => type !== commonName && type !== organization),
  };
}

function textOf(element: Element | undefined): string {
  const { tag = 0, content = new Uint8Array() } = element ?? {};
  const isText = tag === tags.utf8 ? isUtf8(content) : asciiTags.has(tag) && isAscii(content);
  if (!isText) {
    throw invalid('must have its subject in UTF-8 or ASCII');
  }
  // A byte order mark is part of the name: the cluster signs, and reads, what is there.
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
}
