import type { IncomingHttpHeaders } from 'node:http';

import type { PeerIdentity } from './peer-identity.ts';
import type { RouteRequest } from './route.ts';

/** A request as its route sees it. */
export class RequestContext implements RouteRequest {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly peer: PeerIdentity | undefined;
  #abort: AbortController | undefined;

  constructor({ path, params, headers, body, peer }: Omit<RouteRequest, 'signal'>) {
    this.path = path;
    this.params = params;
    this.headers = headers;
    this.body = body;
    this.peer = peer;
  }

  /** Made when it is asked for: routes that answer at once have no use for it. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    return this.#abort.signal;
  }

  abort(reason: Error): void {
    this.#abort ??= new AbortController();
    this.#abort.abort(reason);
  }
}
