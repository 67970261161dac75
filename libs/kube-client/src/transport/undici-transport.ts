import type { Dispatcher } from 'undici';
import { isCoded } from '@tke/errors';
import { abortable } from '@tke/time';

import type { PemSource } from '../credentials/stored-value.ts';
import { describeRequest, KubeTransportError } from '../errors.ts';
import { Connections, type ConnectionSettings } from './connections.ts';
import { isReset, networkError } from './network-error.ts';
import type { ClientCertificate, HttpRequest, HttpResponse, Transport } from './transport.ts';

export interface ServerSettings extends Omit<ConnectionSettings, 'ca' | 'certificate'> {
  /** May carry a path, as behind a proxy that serves several clusters. */
  readonly url: URL;
  readonly ca: PemSource | undefined;
}

// What is left of an unwanted body is read up to here to keep the connection; beyond, a new one is cheaper.
const longestDiscard = 64 * 1024;

/** HTTP/1.1 over sockets that are kept and shared. */
export class UndiciTransport implements Transport {
  readonly host: string;
  readonly #server: ServerSettings;
  readonly #root: string;
  readonly #retired = new Set<Connections>();
  #current: Connections | undefined;
  #closed = false;

  constructor(server: ServerSettings) {
    this.#server = server;
    this.host = server.url.host;
    this.#root = server.url.pathname.replace(/\/$/, '');
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    try {
      return this.#response(request, await this.#dispatch(request));
    } catch (cause) {
      throw this.#translate(request, cause);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#all().map((connections) => connections.destroy()));
  }

  /** Sends further requests over new sockets only. */
  renew(): void {
    if (this.#current !== undefined) {
      this.#retire(this.#current);
      this.#current = undefined;
    }
  }

  /** Takes no further request. Resolves when those under way have ended by themselves. */
  async drain(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#all().map((connections) => connections.retire()));
  }

  #all(): Connections[] {
    return [...this.#retired, ...(this.#current === undefined ? [] : [this.#current])];
  }

  async #dispatch(request: HttpRequest): Promise<Dispatcher.ResponseData> {
    try {
      return await this.#attempt(request);
    } catch (error) {
      // The server may close an idle connection just as we write to it. Go's client repeats such a GET as well;
      // anything else might have been carried out.
      if (request.method !== 'GET' || !isReset(error) || request.signal.aborted || this.#closed) {
        throw error;
      }
      return this.#attempt(request);
    }
  }

  async #attempt(request: HttpRequest): Promise<Dispatcher.ResponseData> {
    const connections = await this.#connections(request.certificate);
    const { method, signal, body, streaming = false } = request;
    signal.throwIfAborted();
    const response = connections.dispatcher(streaming).request({
      origin: this.#server.url.origin,
      path: `${this.#root}${request.path}`,
      method,
      headers: request.headers as Record<string, string | string[]>,
      body: body ?? null,
      signal,
    });
    // undici looks at the signal only once it has a connection; whoever aborts while it connects must not wait for that.
    return abortable(response, signal);
  }

  /** Sockets of the present CA and certificate: after a change new ones, while the old ones end what they carry. */
  async #connections(certificate: ClientCertificate | undefined): Promise<Connections> {
    const ca = await this.#server.ca?.read();
    if (this.#closed) {
      throw new KubeTransportError('ClientClosed', `the client of ${this.host} is closed`);
    }
    const previous = this.#current;
    if (previous?.settings.ca === ca && previous?.settings.certificate === certificate && previous !== undefined) {
      return previous;
    }
    this.#current = new Connections({ ...this.#server, ca, certificate });
    if (previous !== undefined) {
      this.#retire(previous);
    }
    return this.#current;
  }

  #retire(connections: Connections): void {
    this.#retired.add(connections);
    connections.retire().then(
      () => this.#retired.delete(connections),
      () => this.#retired.delete(connections),
    );
  }

  #response(request: HttpRequest, { statusCode, headers, body }: Dispatcher.ResponseData): HttpResponse {
    // A body that breaks before anybody reads it must not end the process.
    body.on('error', () => undefined);
    return {
      status: statusCode,
      headers,
      body: this.#read(request, body),
      discard: async () => {
        await body.dump({ limit: longestDiscard, signal: request.signal });
      },
    };
  }

  async *#read(request: HttpRequest, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    try {
      yield* body;
    } catch (cause) {
      throw this.#translate(request, cause);
    }
  }

  #translate(request: HttpRequest, cause: unknown): unknown {
    if (request.signal.aborted) {
      return request.signal.reason;
    }
    if (isCoded(cause)) {
      return cause;
    }
    if (this.#closed) {
      return new KubeTransportError(
        'ClientClosed',
        `${describeRequest(request)}: the client of ${this.host} was closed`,
      );
    }
    return networkError(request, this.host, cause);
  }
}
