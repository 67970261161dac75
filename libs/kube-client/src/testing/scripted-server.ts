import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** Answers one request; `count` is how many there were before it. */
export type Script = (request: RecordedRequest, response: ServerResponse, count: number) => unknown;

/** An apiserver that does what a test tells it to, faults included. */
export class ScriptedServer implements AsyncDisposable {
  readonly requests: RecordedRequest[] = [];
  /** Accepted since the start. */
  connections = 0;
  readonly open = new Set<Socket>();
  port = 0;
  readonly #server: Server;
  readonly #scheme: string;

  private constructor(server: Server, scheme: string, script: Script) {
    this.#server = server;
    this.#scheme = scheme;
    // As kube-apiserver, which keeps idle connections for longer than any test takes, also on a machine that stands still for a while.
    server.keepAliveTimeout = 0;
    server.on('request', (request, response) => void this.#answer(script, request, response));
    server.on('connection', (socket) => {
      this.connections++;
      this.open.add(socket);
      socket.on('close', () => this.open.delete(socket));
    });
  }

  static async start(script: Script, tls?: ServerOptions): Promise<ScriptedServer> {
    const server = tls === undefined ? createHttpServer() : createHttpsServer(tls);
    const scripted = new ScriptedServer(server, tls === undefined ? 'http' : 'https', script);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    scripted.port = (server.address() as AddressInfo).port;
    return scripted;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve)); // A second close only reports that there is nothing to close.
  }

  async #answer(script: Script, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const recorded = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body: await text(request),
    };
    this.requests.push(recorded);
    await script(recorded, response, this.requests.length - 1);
  }
}

export function json(response: ServerResponse, body: unknown, code = 200, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A refusal as the apiserver words it. */
export function refuse(response: ServerResponse, code: number, reason: string, details: object = {}): void {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message: `${reason} it is`,
    reason,
    code,
    details,
  };
  json(response, status, code);
}
