import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';

import type { Logger } from '@tke/log';
import type { Clock } from '@tke/time';

import { webhookErrors } from '../errors.ts';

import { BodyBudget, CallerGone, checkBodyHeaders, readBody } from './body.ts';
import { parseJson } from './json.ts';
import type { ServerLimits } from './limits.ts';
import type { WebhookMetrics } from './metrics.ts';
import { peerIdentity } from './peer-identity.ts';
import { failureStatus, RequestProblem } from './request-problem.ts';
import type { Route, RouteRequest, RouteResponse } from './route.ts';
import type { RouteMatch, Router } from './router.ts';

export interface RequestHandlerOptions {
  readonly router: Router;
  readonly limits: ServerLimits;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: WebhookMetrics | undefined;
  /** While true every answer closes its connection. */
  readonly draining: () => boolean;
}

interface Reply extends RouteResponse {
  readonly headers?: Readonly<Record<string, string>>;
}

/** How long the rest of a refused body is thrown away before the connection is cut. */
const lingerMs = 500;

/** Serves one request after the other, whatever they hold: nothing a caller sends makes it throw. */
export class RequestHandler {
  readonly #options: RequestHandlerOptions;
  readonly #budget: BodyBudget;

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
    this.#budget = new BodyBudget(options.limits.maxBufferedBytes);
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    // A connection that breaks is reported as an error of both; neither may become an uncaught exception.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const match = this.#options.router.match(path);
    const finished = match && this.#options.metrics?.started(match.route.path);
    this.#reply(request, response, match, { path, query })
      .then((reply) => {
        const code = reply === undefined ? 499 : this.#send(request, response, reply);
        finished?.(code);
      })
      .catch((error: unknown) => {
        finished?.(500);
        this.#options.logger.error('Answering failed', { path, error });
        response.destroy();
      });
  }

  /** Undefined when nobody is left to read it. */
  async #reply(
    request: IncomingMessage,
    response: ServerResponse,
    match: RouteMatch | undefined,
    target: { path: string; query: string },
  ): Promise<Reply | undefined> {
    try {
      const { route, params } = checkTarget(request, match, target.path);
      checkBodyHeaders(request, route.maxBodyBytes);
      using reservation = this.#budget.reserve();
      const raw = await readBody(request, route.maxBodyBytes, reservation);
      const body = parseJson(raw, this.#options.limits.maxJsonDepth);
      const peer = peerIdentity(request.socket as TLSSocket);
      const { headers } = request;
      return await this.#call(route, response, { path: target.path, params, headers, body, peer }, target.query);
    } catch (error) {
      if (error instanceof CallerGone) {
        return undefined;
      }
      if (error instanceof RequestProblem) {
        const text = `${error.message}; ${error.remedy}`;
        const body = failureStatus(error.httpStatus, error.code, text, error.causes);
        return { status: error.httpStatus, body, headers: error.headers };
      }
      this.#options.logger.error('Request failed', { path: target.path, error });
      return { status: 500, body: failureStatus(500, 'InternalError', 'the request failed; the log says why') };
    }
  }

  /** Runs the route under its deadline. */
  async #call(
    route: Route,
    response: ServerResponse,
    input: Omit<RouteRequest, 'signal'>,
    query: string,
  ): Promise<RouteResponse> {
    const { clock, limits, logger } = this.#options;
    const abort = new AbortController();
    const timeoutMs = deadlineMs(route.timeoutMs ?? limits.handlerTimeoutMs, query);
    const timer = clock.setTimer(timeoutMs, () =>
      abort.abort(webhookErrors.DeadlineExceeded(`${route.path} took longer than ${timeoutMs} ms`)),
    );
    const onClose = () => abort.abort(new CallerGone('connection closed before the answer'));
    response.once('close', onClose);
    const request: RouteRequest = { ...input, signal: abort.signal };
    try {
      const answer = route.handle(request);
      return answer instanceof Promise ? await settledBefore(answer, abort.signal) : answer;
    } catch (error) {
      if (error instanceof RequestProblem || error instanceof CallerGone || route.onFailure === undefined) {
        throw error;
      }
      logger.error('Webhook failed', { path: input.path, error });
      return route.onFailure(request, error);
    } finally {
      timer.cancel();
      response.off('close', onClose);
    }
  }

  #send(request: IncomingMessage, response: ServerResponse, { status, body, headers }: Reply): number {
    const payload = Buffer.from(JSON.stringify(body));
    const close = this.#options.draining() || !request.complete;
    response.writeHead(status, {
      ...headers,
      'content-type': 'application/json',
      'content-length': payload.length,
      ...(close ? { connection: 'close' } : {}),
    });
    if (request.complete) {
      response.end(payload);
    } else {
      response.write(payload);
      this.#discardRest(request, response);
    }
    return status;
  }

  /**
   * Closing a socket with unread data sends a reset, which makes the caller lose the answer it was sent (RFC 9112,
   * 9.6). The rest of the body is thrown away for a moment; the Content-Length tells the caller it has it all.
   */
  #discardRest(request: IncomingMessage, response: ServerResponse): void {
    const finish = () => {
      timer.cancel();
      response.end();
      request.destroy();
    };
    const timer = this.#options.clock.setTimer(lingerMs, finish);
    request.once('end', finish).once('close', finish).resume();
  }
}

function checkTarget({ method }: IncomingMessage, match: RouteMatch | undefined, path: string): RouteMatch {
  if (match === undefined) {
    const shown = JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}...` : path);
    throw new RequestProblem('NotFound', `nothing is served at ${shown}`, {
      remedy: 'Correct the path in the webhook configuration.',
    });
  }
  if (method !== 'POST') {
    throw new RequestProblem('MethodNotAllowed', `method ${method ?? ''} is not served`, {
      remedy: 'Send a POST request.',
      headers: { allow: 'POST' },
    });
  }
  return match;
}

/**
 * The apiserver appends `?timeout=<seconds>s` to admission calls (apiserver, validating/dispatcher.go). Answering a
 * second before that leaves it time to read a denial instead of an error; below two seconds half of it is left.
 */
function deadlineMs(ownMs: number, query: string): number {
  const seconds = /(?:^|&)timeout=(\d{1,4})s(?:&|$)/.exec(query)?.[1];
  if (seconds === undefined) {
    return ownMs;
  }
  const callerMs = Number(seconds) * 1000;
  return Math.min(ownMs, Math.max(callerMs - 1000, callerMs / 2));
}

function settledBefore<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) {
      onAbort();
    }
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
