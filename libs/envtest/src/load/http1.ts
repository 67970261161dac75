import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

import { NoAnswer, tlsOptions, type Connect, type LoadConnection, type Reply } from './connection.ts';

/**
 * HTTP/1.1 over a bare socket. node:https costs a client more than it costs the server, and a load that is slower
 * than what it measures measures itself. Understands answers with a Content-Length only.
 */
export const connectHttp1: Connect = async (target, timeoutMs) => {
  const socket = connect(tlsOptions(target, 'http/1.1'));
  socket.setNoDelay(true);
  socket.setTimeout(timeoutMs, () => socket.destroy(new NoAnswer('TIMEOUT')));
  await once(socket, 'secureConnect');
  return new Http1Connection(socket);
};

const headEnd = Buffer.from('\r\n\r\n');

class Http1Connection implements LoadConnection {
  readonly #socket: TLSSocket;
  #usable = true;
  #received: Buffer = Buffer.alloc(0);
  #waiting: PromiseWithResolvers<Reply> | undefined;
  #error: Error = new NoAnswer('CLOSED');

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (error) => (this.#error = error));
    socket.on('close', () => this.#end());
    socket.on('end', () => (this.#usable = false));
  }

  get usable(): boolean {
    return this.#usable;
  }

  exchange(path: string, body: Buffer): Promise<Reply> {
    this.#waiting = Promise.withResolvers();
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    this.#socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    return this.#waiting.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf(headEnd);
    if (end < 0) {
      return;
    }
    const head = this.#received.toString('latin1', 0, end).toLowerCase();
    const length = Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? NaN);
    if (Number.isNaN(length)) {
      this.#socket.destroy(new NoAnswer('UNREADABLE'));
      return;
    }
    const bodyStart = end + headEnd.length;
    if (this.#received.length < bodyStart + length) {
      return;
    }
    const body = this.#received.toString('utf8', bodyStart, bodyStart + length);
    this.#received = this.#received.subarray(bodyStart + length);
    if (head.includes('\r\nconnection: close')) {
      this.#usable = false;
      this.#socket.end();
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status: Number(head.slice(9, 12)), body });
  }

  #end(): void {
    this.#usable = false;
    this.#waiting?.reject(this.#error);
    this.#waiting = undefined;
  }
}
