import type { IncomingHttpHeaders } from 'node:http';

import type { PeerIdentity } from './peer-identity.ts';

export interface RouteRequest {
  readonly path: string;
  /** Values of the route's `:name` segments, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON, nothing more: the route checks its shape. */
  readonly body: unknown;
  /** Who called; `undefined` where the server does not ask for client certificates. */
  readonly peer: PeerIdentity | undefined;
  /** Aborted when the deadline is over or the caller has gone. */
  readonly signal: AbortSignal;
}

export interface RouteResponse {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
}

/** One POST endpoint that takes and gives JSON. */
export interface Route {
  /** Literal segments and `:name` segments, e.g. `/auth/authz/clusters/:cluster`. */
  readonly path: string;
  /** Longer bodies are answered 413. */
  readonly maxBodyBytes: number;
  /** Default: `handlerTimeoutMs` of the server's limits. A shorter `?timeout=` of the caller wins. */
  readonly timeoutMs?: number;
  /** Rejects with `RequestProblem` for what is the caller's fault. */
  handle(request: RouteRequest): RouteResponse | Promise<RouteResponse>;
  /** The answer when `handle` fails otherwise or is late. Default: a Status with code 500. */
  onFailure?(request: RouteRequest, error: unknown): RouteResponse;
}
