import type { ConnectionOptions } from 'node:tls';

import type { LoadTarget } from './options.ts';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** One open connection of a load. */
export interface LoadConnection {
  /** False once it takes no more requests: lost, or the server has said that it is about to close it. */
  readonly usable: boolean;
  /** Sends one request and waits for its answer. Rejects with an error that has a `code` when there will be none. */
  exchange(path: string, body: Buffer): Promise<Reply>;
  close(): void;
}

/** Rejects with an error that has a `code` when no connection can be made. */
export type Connect = (target: LoadTarget, timeoutMs: number) => Promise<LoadConnection>;

/** What keeps an answer from coming; `code` is what the report counts it under. */
export class NoAnswer extends Error {
  readonly code: string;
  /** The server has said that it did not look at the request (RFC 9113, 8.7): clients send it again, unseen. */
  readonly untouched: boolean;

  constructor(code: string, untouched = false) {
    super(code);
    this.code = code;
    this.untouched = untouched;
  }
}

export function tlsOptions(
  { url, ca, client, serverName = 'localhost' }: LoadTarget,
  protocol: string,
): ConnectionOptions & { port: number } {
  const { hostname, port } = new URL(url);
  return {
    // An IPv6 address stands in brackets in a URL, and only there.
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port),
    ca,
    ALPNProtocols: [protocol],
    servername: serverName,
    ...(client === undefined ? {} : { cert: client.certPem, key: client.keyPem }),
  };
}

export function codeOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? code : String(message);
}
