import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { errorMessage } from '@tke/errors';
import type { Logger } from '@tke/log';

import { managerErrors } from './errors.ts';
import type { Runnable } from './runnable.ts';

export interface Address {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** Default plain text. */
  readonly contentType?: string;
}

export interface HttpEndpointOptions {
  readonly name: string;
  readonly address: Address;
  /** Answers GET and HEAD; anything else is refused before. */
  readonly handle: (url: URL) => Promise<HttpAnswer>;
  readonly logger: Logger;
}

/** A small unencrypted HTTP server for probes and metrics. */
export class HttpEndpoint implements Runnable {
  readonly name: string;
  readonly #options: HttpEndpointOptions;
  readonly #server: Server;
  readonly #listening = Promise.withResolvers<Address>();

  constructor(options: HttpEndpointOptions) {
    this.name = options.name;
    this.#options = options;
    this.#server = createServer(
      { requestTimeout: 10_000 },
      (request, response) => void this.#respond(request, response),
    );
    // Whoever starts the endpoint hears of the failure; nobody has to wait for the address.
    this.#listening.promise.catch(() => undefined);
  }

  /** Where it listens; rejects with `ListenFailed`. */
  get address(): Promise<Address> {
    return this.#listening.promise;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { host, port } = this.#options.address;
    const { promise: closed, resolve, reject } = Promise.withResolvers<undefined>();
    const onAbort = () => {
      this.#server.close(() => resolve(undefined));
      this.#server.closeAllConnections();
    };
    this.#server.on('error', (cause) => {
      const error = managerErrors.ListenFailed(`${this.name} cannot listen on ${host}:${port}: ${cause.message}`, {
        cause,
      });
      this.#listening.reject(error);
      reject(error);
    });
    this.#server.listen(port, host, () => {
      const bound = this.#server.address() as AddressInfo;
      this.#options.logger.info('Listening', { server: this.name, host: bound.address, port: bound.port });
      this.#listening.resolve({ host: bound.address, port: bound.port });
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
    }
    try {
      await closed;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async waitForSync(): Promise<void> {
    await this.#listening.promise;
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body, contentType = 'text/plain; charset=utf-8' } = await this.#answer(request);
    response.writeHead(status, {
      'Content-Type': contentType,
      'Content-Length': Buffer.byteLength(body),
      'X-Content-Type-Options': 'nosniff',
      ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  async #answer({ method, url = '/' }: IncomingMessage): Promise<HttpAnswer> {
    if (method !== 'GET' && method !== 'HEAD') {
      return { status: 405, body: 'only GET and HEAD are answered\n' };
    }
    const target = URL.parse(url, 'http://localhost');
    if (target === null) {
      return { status: 400, body: 'the request target is no URL\n' };
    }
    try {
      return await this.#options.handle(target);
    } catch (error) {
      this.#options.logger.error('Request failed', { server: this.name, path: target.pathname, error });
      return { status: 500, body: `internal error: ${errorMessage(error)}\n` };
    }
  }
}
