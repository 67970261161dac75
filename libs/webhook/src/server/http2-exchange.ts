import type { IncomingHttpHeaders } from 'node:http';
import { constants, type IncomingHttpHeaders as Http2Headers, type ServerHttp2Stream } from 'node:http2';

import type { Connection } from './connections.ts';
import { encodingOf, type Answer, type Exchange } from './exchange.ts';

/** Of a stream itself: the compatible API of node:http2 costs a tenth of the throughput. */
export class Http2Exchange implements Exchange {
  readonly headers: IncomingHttpHeaders;
  readonly connection: Connection;
  readonly body: ServerHttp2Stream;
  readonly bodyTimeoutMs: number;
  #ended = false;

  constructor(stream: ServerHttp2Stream, headers: Http2Headers, connection: Connection, bodyTimeoutMs: number) {
    this.body = stream;
    this.bodyTimeoutMs = bodyTimeoutMs;
    this.headers = headers;
    this.connection = connection;
    stream.on('error', ignore);
    stream.once('end', () => (this.#ended = true));
  }

  get method(): string {
    return this.#pseudo(':method');
  }

  get url(): string {
    return this.#pseudo(':path');
  }

  /** A stream that was reset ends too, with whatever had arrived. */
  get complete(): boolean {
    return this.#ended && !this.body.aborted;
  }

  onGone(listener: () => void): () => void {
    this.body.once('close', listener);
    return () => void this.body.off('close', listener);
  }

  send({ status, headers, payload, hangUp }: Answer): void {
    const stream = this.body;
    if (stream.destroyed || stream.closed) {
      return;
    }
    const { length, encoding } = encodingOf(payload);
    stream.respond({ ...headers, ':status': status, 'content-type': 'application/json', 'content-length': length });
    if (!this.complete) {
      // Asks for the rest not to be sent; the answer is complete all the same (RFC 9113, 8.1).
      stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
      stream.resume();
    }
    stream.end(payload, encoding);
    if (hangUp) {
      stream.session?.close();
    }
  }

  abandon(): void {
    this.body.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  #pseudo(name: ':method' | ':path'): string {
    const value = this.headers[name];
    return typeof value === 'string' ? value : '';
  }
}

function ignore(): void {
  // whoever reads the body or waits for the end of the exchange hears of it otherwise
}
