import type { Logger } from '@tke/log';
import type { Clock } from '@tke/time';

import { requireSuccess } from '../codec/response.ts';
import { describeRequest, KubeTransportError } from '../errors.ts';
import { withRetries } from '../transport/retry.ts';
import type { HttpHeaders, HttpRequest, HttpResponse, Method, Transport } from '../transport/transport.ts';
import { Watchdog } from '../transport/watchdog.ts';
import { WarningLog } from './warnings.ts';

export interface CallRequest {
  readonly method: Method;
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly headers?: HttpHeaders;
  /** Default: by method, as RFC 9110 9.2.2. */
  readonly idempotent?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface CallerOptions {
  readonly transport: Transport;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For the whole of one try, body included; of a watch, until its headers. */
  readonly requestTimeoutMs: number;
  /** For all that a server asks one call to wait before it is repeated. Default: ten tries, however long. */
  readonly longestWaitMs?: number | undefined;
}

const idempotentMethods: ReadonlySet<Method> = new Set(['GET', 'PUT', 'DELETE']);

/** Carries out requests: JSON there, deadlines, retries, refusals as errors. */
export class Caller {
  readonly options: CallerOptions;
  readonly #warnings: WarningLog;

  constructor(options: CallerOptions) {
    this.options = options;
    this.#warnings = new WarningLog(options.logger);
  }

  /** `read` runs under the deadline of its try. */
  call<R>(request: CallRequest, read: (response: HttpResponse) => Promise<R>): Promise<R> {
    return this.#retrying(request, async () => {
      using watchdog = new Watchdog(this.options.clock, request.signal);
      return await read(await this.#send(request, watchdog, false));
    });
  }

  /** A response without an end: only its headers have a deadline. */
  stream(request: CallRequest, watchdog: Watchdog): Promise<HttpResponse> {
    return this.#retrying(request, async () => {
      try {
        return await this.#send(request, watchdog, true);
      } finally {
        watchdog.disarm();
      }
    });
  }

  #retrying<R>(request: CallRequest, attempt: () => Promise<R>): Promise<R> {
    const { clock, logger, longestWaitMs } = this.options;
    const idempotent = request.idempotent ?? idempotentMethods.has(request.method);
    return withRetries(attempt, { idempotent, signal: request.signal, longestWaitMs, clock, logger });
  }

  async #send(request: CallRequest, watchdog: Watchdog, streaming: boolean): Promise<HttpResponse> {
    const { transport, requestTimeoutMs } = this.options;
    watchdog.arm(requestTimeoutMs, () => {
      const message = `${describeRequest(request)}: ${transport.host} did not answer within ${requestTimeoutMs / 1000} s`;
      return new KubeTransportError('Timeout', message);
    });
    const response = await transport.send(this.#encode(request, watchdog.signal, streaming));
    this.#warnings.report(response);
    await requireSuccess(request, response);
    return response;
  }

  #encode(request: CallRequest, signal: AbortSignal, streaming: boolean): HttpRequest {
    const { method, path, body, contentType = 'application/json', headers } = request;
    return {
      method,
      path,
      headers: {
        accept: 'application/json',
        'user-agent': this.options.userAgent,
        ...(body === undefined ? {} : { 'content-type': contentType }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
      streaming,
    };
  }
}
