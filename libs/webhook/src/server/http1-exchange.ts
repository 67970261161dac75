import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

import type { Clock } from '@tke/time';

import type { Connection } from './connections.ts';
import { encodingOf, type Answer, type Exchange } from './exchange.ts';

/** How long the rest of a refused body is thrown away before the connection is cut. */
const lingerMs = 500;

/** A rest no longer than this is read and forgotten, so that the connection can be used again. */
const smallRestBytes = 64 * 1024;

export class Http1Exchange implements Exchange {
  readonly connection: Connection;
  readonly body: IncomingMessage;
  readonly bodyTimeoutMs = undefined;
  readonly #response: ServerResponse;
  readonly #clock: Clock;

  constructor(request: IncomingMessage, response: ServerResponse, connection: Connection, clock: Clock) {
    this.body = request;
    this.connection = connection;
    this.#response = response;
    this.#clock = clock;
    // A connection that breaks is reported as an error of both; neither may become an uncaught exception.
    request.on('error', ignore);
    response.on('error', ignore);
  }

  get method(): string {
    return this.body.method ?? '';
  }

  get url(): string {
    return this.body.url ?? '/';
  }

  get headers(): IncomingHttpHeaders {
    return this.body.headers;
  }

  get complete(): boolean {
    return this.body.complete;
  }

  onGone(listener: () => void): () => void {
    this.#response.once('close', listener);
    return () => void this.#response.off('close', listener);
  }

  send({ status, headers, payload, hangUp }: Answer): void {
    const { length, encoding } = encodingOf(payload);
    const mustLinger = !this.complete && !(Number(this.headers['content-length']) <= smallRestBytes);
    const head: Record<string, string | number> = {
      ...headers,
      'content-type': 'application/json',
      'content-length': length,
    };
    if (hangUp || mustLinger) {
      head.connection = 'close';
    }
    this.#response.writeHead(status, head);
    if (mustLinger) {
      this.#response.write(payload, encoding);
      this.#discardRest();
    } else {
      this.#response.end(payload, encoding);
    }
  }

  abandon(): void {
    this.#response.destroy();
  }

  /**
   * Closing a socket with unread data sends a reset, which makes the caller lose the answer it was sent (RFC 9112,
   * 9.6). The rest of the body is thrown away for a moment; the Content-Length tells the caller it has it all.
   */
  #discardRest(): void {
    const finish = () => {
      timer.cancel();
      this.#response.end();
      this.body.destroy();
    };
    const timer = this.#clock.setTimer(lingerMs, finish);
    this.body.once('end', finish).once('close', finish).resume();
  }
}

function ignore(): void {
  // whoever reads the body or waits for the end of the exchange hears of it otherwise
}
