import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request, type AgentOptions, type RequestOptions } from 'node:https';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a server sent, looked at by expectations only
  readonly body: any;
  /** Fingerprint of the server's certificate; undefined where the TLS session was resumed. */
  readonly fingerprint: string | undefined;
}

export interface PostOptions extends RequestOptions {
  /** A string or buffer is sent as it is, anything else as JSON. */
  readonly payload?: unknown;
  readonly chunked?: boolean;
}

/** The server took no connection, so the request was never sent. */
export class NotConnected extends Error {}

/** Sends a POST request. Rejects with `NotConnected`, or with what else kept the answer from being read whole. */
export function post(
  url: string,
  { payload = {}, chunked = false, headers, ...options }: PostOptions,
): Promise<Answer> {
  const data = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
  const length = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': Buffer.byteLength(data) };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      ...options,
      headers: { 'content-type': 'application/json', ...length, ...(headers as Record<string, string> | undefined) },
    });
    let answered = false;
    let connected = false;
    outgoing.on('socket', (socket) => {
      connected = outgoing.reusedSocket;
      if (!connected) {
        socket.once('secureConnect', () => (connected = true));
      }
    });
    // A server that refuses a body answers before it has read it; what happens to the rest does not matter.
    outgoing.on('error', (error) => answered || reject(connected ? error : new NotConnected(error.message)));
    outgoing.on('response', (response) => {
      const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate();
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        answered = true;
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text === '' ? undefined : (JSON.parse(text) as unknown),
          fingerprint: fingerprint256,
        });
      });
    });
    outgoing.end(data);
  });
}

/** An open TLS connection, for callers that do not follow HTTP. */
export async function dial(url: string, options: ConnectionOptions): Promise<TLSSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), ...options });
  await once(socket, 'secureConnect');
  return socket;
}

/** Everything the other side sends until it closes the connection, cleanly or not. */
export function untilClosed(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

/** An agent for `using`. */
export function disposableAgent(options: AgentOptions): Agent & Disposable {
  const agent = new Agent(options);
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() });
}
