import type { IncomingHttpHeaders, SecureServerOptions, ServerHttp2Stream } from 'node:http2';

/**
 * Takes the place of Http2ServerRequest: the streams of node:http2 that look like HTTP/1.1 cost a tenth of the
 * throughput, and a server that takes both versions makes one for every request.
 */
export class IncomingStream {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.stream = stream;
    this.headers = headers;
  }
}

/** Takes the place of Http2ServerResponse: has what Node itself calls of it, for CONNECT and for Expect. */
class OutgoingStream {
  statusCode = 200;
  readonly #stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
  }

  writeContinue(): void {
    this.#stream.additionalHeaders({ ':status': 100 });
  }

  end(): void {
    this.#stream.respond({ ':status': this.statusCode }, { endStream: true });
  }
}

/** Node only makes these, so they need not be what the declaration asks for. */
export const streamClasses = {
  Http2ServerRequest: IncomingStream,
  Http2ServerResponse: OutgoingStream,
} as unknown as Required<Pick<SecureServerOptions, 'Http2ServerRequest' | 'Http2ServerResponse'>>;
