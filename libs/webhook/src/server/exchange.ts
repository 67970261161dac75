import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

import type { Connection } from './connections.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly payload: string;
  /** Ends the connection once this is answered. */
  readonly hangUp: boolean;
}

/** One request and the way back to its caller, whichever version of HTTP it came by. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly connection: Connection;
  readonly body: Readable;
  /** How long the body may take; undefined where Node sees to it. */
  readonly bodyTimeoutMs: number | undefined;
  /** Whether the body has arrived whole. */
  readonly complete: boolean;
  /** Calls back when the caller leaves before it has its answer. Returns what ends that. */
  onGone(listener: () => void): () => void;
  /** Does not throw, whatever has become of the connection. */
  send(answer: Answer): void;
  /** Ends the exchange without an answer. */
  abandon(): void;
}

/** The length of a payload, and the cheaper of the encodings that give it: most payloads are ASCII. */
export function encodingOf(payload: string): { readonly length: number; readonly encoding: 'latin1' | 'utf8' } {
  const length = Buffer.byteLength(payload);
  return { length, encoding: length === payload.length ? 'latin1' : 'utf8' };
}
