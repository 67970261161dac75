import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContextOptions, TLSSocket } from 'node:tls';

import type { Clock } from '@tke/time';

import type { Connections } from './connections.ts';
import type { Exchange } from './exchange.ts';
import { Http1Exchange } from './http1-exchange.ts';
import { Http2Exchange } from './http2-exchange.ts';
import { IncomingStream, streamClasses } from './http2-stream.ts';
import type { ServerLimits } from './limits.ts';
import type { WebhookMetrics } from './metrics.ts';
import { answerProtocolError } from './protocol-error.ts';

export type Listener = Server | Http2SecureServer;

export interface ListenerOptions {
  readonly context: SecureContextOptions;
  /** Whether callers need a certificate of the context's CA. */
  readonly requestCert: boolean;
  /** Whether to offer HTTP/2 beside HTTP/1.1. */
  readonly http2: boolean;
  readonly limits: ServerLimits;
  readonly clock: Clock;
  readonly connections: Connections;
  readonly metrics: WebhookMetrics | undefined;
  /** Does not reject. */
  readonly serve: (exchange: Exchange) => Promise<void>;
}

/** A server that does not listen yet: bounded, and its requests made alike. */
export function createListener(options: ListenerOptions): Listener {
  const { connections, limits, metrics } = options;
  const listener: Server = options.http2 ? asServer(createDualServer(options)) : createServer(serverOptions(options));
  listener.maxConnections = limits.maxConnections;
  listener.on('drop', () => metrics?.limited('connections'));
  listener.on('clientError', (error, socket) => answerProtocolError(error, socket));
  listener.on('connection', (socket: Socket) => connections.accepted(socket));
  listener.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol !== 'h2') {
      connections.opened(socket, socket);
    }
  });
  listener.on('request', (request: IncomingMessage | IncomingStream, response: ServerResponse) => {
    const exchange =
      request instanceof IncomingStream ? exchangeOf(request, options) : plainExchange(request, response, options);
    if (exchange !== undefined) {
      void options.serve(exchange);
    }
  });
  return listener;
}

function serverOptions({ context, requestCert, limits }: ListenerOptions): ServerOptions {
  return {
    ...context,
    requestCert,
    rejectUnauthorized: requestCert,
    handshakeTimeout: limits.handshakeTimeoutMs,
    headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
    noDelay: true,
    // The default of 30 s would let a slow caller stay that much longer.
    connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutMs),
  };
}

function createDualServer(options: ListenerOptions): Http2SecureServer {
  const { connections, limits } = options;
  const server = createSecureServer({
    ...serverOptions(options),
    ...streamClasses,
    allowHTTP1: true,
    settings: { maxConcurrentStreams: limits.maxStreams, maxHeaderListSize: limits.maxHeaderBytes, enablePush: false },
  });
  server.setTimeout(limits.keepAliveTimeoutMs);
  server.on('session', (session: ServerHttp2Session) => connections.opened(session, session.socket as TLSSocket));
  return server;
}

/** The events and properties used here are those of both; only the declarations differ. */
function asServer(server: Http2SecureServer): Server {
  return server as unknown as Server;
}

function plainExchange(
  request: IncomingMessage,
  response: ServerResponse,
  { connections, clock }: ListenerOptions,
): Exchange | undefined {
  const connection = connections.of(request.socket);
  return connection && new Http1Exchange(request, response, connection, clock);
}

function exchangeOf(
  { stream, headers }: IncomingStream,
  { connections, limits }: ListenerOptions,
): Exchange | undefined {
  const connection = stream.session && connections.of(stream.session);
  return connection && new Http2Exchange(stream, headers, connection, limits.requestTimeoutMs);
}
