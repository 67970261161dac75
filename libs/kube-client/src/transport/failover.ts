import { CodedError, isCoded } from '@tke/errors';

import { KubeTransportError } from '../errors.ts';
import type { HttpRequest, HttpResponse, Transport } from './transport.ts';

/** What was not sent may be sent elsewhere. */
function wasNotSent(error: unknown): error is CodedError {
  return isCoded(error, 'ConnectionFailed', 'CertificateRejected', 'AddressDenied');
}

/** It may have been done all the same. */
function wasNotAnswered(error: unknown): boolean {
  return isCoded(error, 'ConnectionLost', 'Timeout');
}

export type Addresses = readonly [Transport, ...(readonly Transport[])];

/**
 * Several addresses of one server. The first that can be connected to is kept until it fails; a server that takes a request
 * and does not answer in time is passed over by the next one.
 */
export class FailoverTransport implements Transport {
  readonly #addresses: Addresses;
  #preferred = 0;

  constructor(addresses: Addresses) {
    this.#addresses = addresses;
  }

  /** Of the address in use. */
  get host(): string {
    return this.#at(0).host;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const order = this.#addresses.map((_, index) => this.#at(index));
    const failures: CodedError[] = [];
    for (const address of order) {
      try {
        return await address.send(request);
      } catch (error) {
        if (wasNotSent(error) || wasNotAnswered(error)) {
          this.#passOver(address);
        }
        if (!wasNotSent(error)) {
          throw error;
        }
        failures.push(error);
      }
    }
    throw combined(failures);
  }

  async close(): Promise<void> {
    await Promise.all(this.#addresses.map((address) => address.close()));
  }

  #at(offset: number): Transport {
    const { length } = this.#addresses;
    return this.#addresses[(this.#preferred + offset) % length] ?? this.#addresses[0];
  }

  /** Unless another request did already. */
  #passOver(address: Transport): void {
    if (this.#at(0) === address) {
      this.#preferred = (this.#preferred + 1) % this.#addresses.length;
    }
  }
}

function combined(failures: readonly CodedError[]): CodedError {
  const [first] = failures as readonly [CodedError];
  if (failures.length === 1) {
    return first;
  }
  // A certificate tells more than a refused connection: something does answer there. What is not denied may answer yet.
  const telling =
    failures.find(({ code }) => code === 'CertificateRejected') ??
    failures.find(({ code }) => code !== 'AddressDenied') ??
    first;
  const message = `no address of the server works: ${failures.map((failure) => failure.message).join('; ')}`;
  return telling instanceof KubeTransportError
    ? new KubeTransportError(telling.code, message, { remedy: telling.remedy, cause: first })
    : new CodedError(telling.code, telling, message, { cause: first });
}
