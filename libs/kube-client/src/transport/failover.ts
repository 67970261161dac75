import { KubeTransportError } from '../errors.ts';
import type { HttpRequest, HttpResponse, Transport } from './transport.ts';

type Fault = 'NotSent' | 'NoAnswer' | 'Other';

/** What was not sent may be sent elsewhere. */
function faultOf(error: unknown): Fault {
  switch (error instanceof KubeTransportError ? error.code : undefined) {
    case 'ConnectionFailed':
    case 'CertificateRejected':
      return 'NotSent';
    case 'ConnectionLost':
    case 'Timeout':
      return 'NoAnswer';
    default:
      return 'Other';
  }
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
    const failures: KubeTransportError[] = [];
    for (const address of order) {
      try {
        return await address.send(request);
      } catch (error) {
        const fault = faultOf(error);
        if (fault !== 'Other') {
          this.#passOver(address);
        }
        if (fault !== 'NotSent') {
          throw error;
        }
        failures.push(error as KubeTransportError);
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

function combined(failures: readonly KubeTransportError[]): KubeTransportError {
  const [first] = failures as readonly [KubeTransportError];
  if (failures.length === 1) {
    return first;
  }
  // A certificate tells more than a refused connection: something does answer there.
  const { code, remedy } = failures.find((failure) => failure.code === 'CertificateRejected') ?? first;
  const message = `no address of the server works: ${failures.map((failure) => failure.message).join('; ')}`;
  return new KubeTransportError(code as 'ConnectionFailed', message, { remedy, cause: first });
}
