import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

import { NoAnswer, tlsOptions, type Connect, type LoadConnection, type Reply } from './connection.ts';
import {
  frame,
  frameAt,
  frameFlag,
  frameHeaderBytes,
  frameType,
  greeting,
  maxWindow,
  postFrames,
  statusOf,
  streamOffset,
  windowUpdate,
  type Frame,
} from './http2-frames.ts';

interface Stream {
  status: number;
  readonly body: Buffer[];
  readonly settled: PromiseWithResolvers<Reply>;
}

/** REFUSED_STREAM (RFC 9113, 7). */
const refusedStream = 7;

/**
 * HTTP/2 over a bare socket, for the same reason as HTTP/1.1. Sends without asking for room: the bodies in flight on
 * one connection have to fit the 65,535 bytes that every peer takes at first.
 */
export const connectHttp2: Connect = async (target, timeoutMs) => {
  const socket = connect(tlsOptions(target, 'h2'));
  socket.setNoDelay(true);
  socket.setTimeout(timeoutMs, () => socket.destroy(new NoAnswer('TIMEOUT')));
  await once(socket, 'secureConnect');
  socket.write(greeting());
  return new Http2Connection(socket);
};

class Http2Connection implements LoadConnection {
  readonly #socket: TLSSocket;
  readonly #streams = new Map<number, Stream>();
  readonly #prepared = new Map<Buffer, Buffer[]>();
  #usable = true;
  #received: Buffer = Buffer.alloc(0);
  #nextStream = 1;
  #unacknowledged = 0;
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
    let frames = this.#prepared.get(body);
    if (frames === undefined) {
      frames = postFrames(path, body);
      this.#prepared.set(body, frames);
    }
    const stream = { status: 0, body: [], settled: Promise.withResolvers<Reply>() };
    this.#streams.set(this.#nextStream, stream);
    for (const each of frames) {
      each.writeUInt32BE(this.#nextStream, streamOffset);
    }
    this.#socket.write(Buffer.concat(frames));
    this.#nextStream += 2;
    return stream.settled.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    const received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    let at = 0;
    for (let next = frameAt(received, at); next !== undefined; next = frameAt(received, at)) {
      at += frameHeaderBytes + next.payload.length;
      this.#onFrame(next);
    }
    this.#received = received.subarray(at);
  }

  #onFrame(received: Frame): void {
    const { type, flags, payload } = received;
    switch (type) {
      case frameType.settings:
      case frameType.ping:
        if ((flags & frameFlag.ack) === 0) {
          this.#socket.write(frame(type, frameFlag.ack, 0, type === frameType.ping ? payload : Buffer.alloc(0)));
        }
        break;
      case frameType.goAway:
        this.#usable = false;
        this.#refuse(payload.readUInt32BE() % 2 ** 31);
        break;
      case frameType.headers:
      case frameType.data:
      case frameType.rstStream:
        this.#onStreamFrame(received);
        break;
      default:
    }
  }

  #onStreamFrame(received: Frame): void {
    const stream = this.#streams.get(received.stream);
    if (stream === undefined) {
      return;
    }
    if (received.type === frameType.rstStream) {
      this.#streams.delete(received.stream);
      const code = received.payload.readUInt32BE();
      stream.settled.reject(new NoAnswer(`RST_STREAM ${code}`, code === refusedStream));
      return;
    }
    if (received.type === frameType.headers) {
      stream.status = statusOf(received);
    } else {
      stream.body.push(received.payload);
      this.#acknowledge(received.payload.length);
    }
    if (received.flags & frameFlag.endStream) {
      this.#streams.delete(received.stream);
      stream.settled.resolve({ status: stream.status, body: Buffer.concat(stream.body).toString('utf8') });
    }
  }

  /** GOAWAY names the last stream that the server looks at. */
  #refuse(last: number): void {
    for (const [number, { settled }] of this.#streams) {
      if (number > last) {
        this.#streams.delete(number);
        settled.reject(new NoAnswer('GOAWAY', true));
      }
    }
  }

  #acknowledge(bytes: number): void {
    this.#unacknowledged += bytes;
    if (this.#unacknowledged > maxWindow / 2) {
      this.#socket.write(windowUpdate(this.#unacknowledged));
      this.#unacknowledged = 0;
    }
  }

  #end(): void {
    this.#usable = false;
    for (const { settled } of this.#streams.values()) {
      settled.reject(this.#error);
    }
    this.#streams.clear();
  }
}
