import type { Clock } from '@tke/time';

import type { Method, Transport } from './transport.ts';

/** One request as it went over the wire; retries count each. */
export interface RequestInfo {
  readonly method: Method;
  /** The HTTP status, or `<error>` where there was none, as in client-go's rest_client_requests_total. */
  readonly code: string;
  readonly host: string;
  /** Until the headers of the response. */
  readonly seconds: number;
}

export type RequestObserver = (info: RequestInfo) => void;

export function observing(inner: Transport, observer: RequestObserver, clock: Clock): Transport {
  return {
    host: inner.host,
    close: () => inner.close(),
    async send(request) {
      const startedAt = clock.monotonic();
      let code = '<error>';
      try {
        const response = await inner.send(request);
        code = String(response.status);
        return response;
      } finally {
        const seconds = (clock.monotonic() - startedAt) / 1000;
        observer({ method: request.method, code, host: inner.host, seconds });
      }
    },
  };
}
