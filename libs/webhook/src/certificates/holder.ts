import { createPrivateKey, X509Certificate } from 'node:crypto';

import { errorMessage } from '@tke/errors';
import type { Logger } from '@tke/log';

import { webhookErrors } from '../errors.ts';

import type { CertificatePair, CertificateSource } from './source.ts';

/** Holds the last good pair of those it is offered, and tells about each change. */
export class CertificateHolder implements CertificateSource {
  readonly #logger: Logger;
  readonly #listeners = new Set<(pair: CertificatePair) => void>();
  #current: CertificatePair | undefined;
  #offered: CertificatePair | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  current(): CertificatePair | undefined {
    return this.#current;
  }

  subscribe(listener: (pair: CertificatePair) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Takes a pair over if it is new and good. A bad one is logged the first time it is seen. */
  offer(pair: CertificatePair): void {
    if (samePair(pair, this.#offered)) {
      return;
    }
    this.#offered = pair;
    try {
      checkPair(pair);
    } catch (error) {
      const kept = this.#current === undefined ? 'there is none to serve yet' : 'the one before stays in use';
      this.#logger.error(`New serving certificate is unusable, ${kept}`, { error });
      return;
    }
    if (samePair(pair, this.#current)) {
      return;
    }
    this.#current = pair;
    const { validTo, fingerprint256 } = new X509Certificate(pair.certPem);
    this.#logger.info('Serving certificate loaded', { validTo, fingerprint: fingerprint256 });
    for (const listener of this.#listeners) {
      listener(pair);
    }
  }
}

/** Throws `CertificateInvalid` unless the first certificate was issued for the key. */
export function checkPair({ certPem, keyPem }: CertificatePair): void {
  const certificate = parsed('certificate', () => new X509Certificate(certPem));
  const key = parsed('private key', () => createPrivateKey(keyPem));
  if (!certificate.checkPrivateKey(key)) {
    throw webhookErrors.CertificateInvalid('the certificate was not issued for the private key beside it');
  }
}

function parsed<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    // The message of OpenSSL names the fault and quotes nothing.
    throw webhookErrors.CertificateInvalid(`the ${what} cannot be read: ${errorMessage(error)}`);
  }
}

function samePair(a: CertificatePair, b: CertificatePair | undefined): boolean {
  return a.certPem === b?.certPem && a.keyPem === b.keyPem;
}
