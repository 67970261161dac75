import { createSecureContext } from 'node:tls';

import { errorMessage } from '@tke/errors';
import type { Logger } from '@tke/log';

import { KubeTransportError } from '../errors.ts';
import type { ClientCertificate } from '../transport/transport.ts';
import type { Credential, CredentialSource } from './credential.ts';
import { storedValue, type StorageTools, type StoredValue, type ValueLocation } from './stored-value.ts';

export interface StoredCredentialsLocation {
  readonly token?: ValueLocation;
  readonly certificate?: { readonly cert: ValueLocation; readonly key: ValueLocation };
  readonly basic?: { readonly username: string; readonly password: string };
}

/** A token, a client certificate, or both, from text or files. */
export class StoredCredentials implements CredentialSource {
  readonly #token: StoredValue | undefined;
  readonly #cert: StoredValue | undefined;
  readonly #key: StoredValue | undefined;
  readonly #basic: string | undefined;
  readonly #log: Logger;
  #current: Credential = {};

  constructor({ token, certificate, basic }: StoredCredentialsLocation, tools: StorageTools) {
    this.#token = token && storedValue(token, tools);
    this.#cert = certificate && storedValue(certificate.cert, tools);
    this.#key = certificate && storedValue(certificate.key, tools);
    this.#basic = basic && `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`;
    this.#log = tools.logger;
  }

  async current(): Promise<Credential> {
    const [token, cert, key] = await Promise.all([this.#token?.read(), this.#cert?.read(), this.#key?.read()]);
    const authorization = token ? `Bearer ${token}` : this.#basic;
    const certificate = this.#certificate(cert, key);
    if (authorization !== this.#current.authorization || certificate !== this.#current.certificate) {
      this.#current = {
        ...(authorization === undefined ? {} : { authorization }),
        ...(certificate === undefined ? {} : { certificate }),
      };
    }
    return this.#current;
  }

  async renew(rejected: Credential): Promise<Credential> {
    if (rejected === this.#current) {
      this.#token?.expire();
      this.#cert?.expire();
      this.#key?.expire();
    }
    return this.current();
  }

  #certificate(cert: string | undefined, key: string | undefined): ClientCertificate | undefined {
    const present = this.#current.certificate;
    if (cert === undefined || key === undefined || (cert === present?.cert && key === present.key)) {
      return present;
    }
    try {
      createSecureContext({ cert, key });
      return { cert, key };
    } catch (cause) {
      if (present === undefined) {
        const message = `the client certificate and its key do not work together: ${errorMessage(cause)}`;
        throw new KubeTransportError('CredentialFailed', message, { cause });
      }
      // The two files are replaced one after the other: we came in between.
      this.#cert?.expire();
      this.#key?.expire();
      this.#log.warn('new client certificate and key do not work together yet, going on with the old ones');
      return present;
    }
  }
}
