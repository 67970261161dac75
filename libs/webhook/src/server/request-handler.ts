import type { Logger } from '@tke/log';
import { abortable, type Clock } from '@tke/time';

import { webhookErrors } from '../errors.ts';

import { BodyBudget, CallerGone, checkBodyHeaders, readBody } from './body.ts';
import type { Exchange } from './exchange.ts';
import { parseJson } from './json.ts';
import type { ServerLimits } from './limits.ts';
import type { WebhookMetrics } from './metrics.ts';
import { RequestContext } from './request-context.ts';
import { failureStatus, RequestProblem } from './request-problem.ts';
import type { Route, RouteResponse } from './route.ts';
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

const noHeaders = {};

/** A request of so many bytes weighs as much as two small ones. */
const bytesOfWeight = 4096;

/** Serves one request after the other, whatever they hold: nothing a caller sends makes it throw. */
export class RequestHandler {
  readonly #options: RequestHandlerOptions;
  readonly #budget: BodyBudget;

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
    this.#budget = new BodyBudget(options.limits.maxBufferedBytes);
  }

  /** Resolves when the answer is on its way; never rejects. */
  async serve(exchange: Exchange): Promise<void> {
    const [path = '/', query = ''] = exchange.url.split('?', 2);
    const match = this.#options.router.match(path);
    const finished = match && this.#options.metrics?.started(match.route.path);
    try {
      const reply = await this.#reply(exchange, match, { path, query });
      const code = reply === undefined ? 499 : this.#send(exchange, reply);
      finished?.(code);
    } catch (error) {
      finished?.(500);
      this.#options.logger.error('Answering failed', { path, error });
      exchange.abandon();
    }
  }

  /** Undefined when nobody is left to read it. */
  async #reply(
    exchange: Exchange,
    match: RouteMatch | undefined,
    target: { path: string; query: string },
  ): Promise<Reply | undefined> {
    const { limits, clock, logger } = this.#options;
    try {
      const { route, params } = checkTarget(exchange.method, match, target.path);
      const { headers, connection } = exchange;
      checkBodyHeaders(headers, route.maxBodyBytes);
      const delay = this.#delayMs(exchange, route);
      if (delay !== 0) {
        await this.#holdBack(delay);
      }
      using reservation = this.#budget.reserve();
      const raw = await readBody(exchange, { maxBytes: route.maxBodyBytes, reservation, clock });
      const body = parseJson(raw, limits.maxJsonDepth);
      const context = new RequestContext({ path: target.path, params, headers, body, peer: connection.peer });
      const answer = this.#call(route, exchange, context, target.query);
      return answer instanceof Promise ? await answer : answer;
    } catch (error) {
      if (error instanceof CallerGone) {
        return undefined;
      }
      if (error instanceof RequestProblem) {
        return this.#refusal(error);
      }
      logger.error('Request failed', { path: target.path, error });
      return { status: 500, body: failureStatus(500, 'InternalError', 'the request failed; the log says why') };
    }
  }

  /** How long the request waits so that its caller takes no more than its share; undefined for one too many. */
  #delayMs({ connection: { pacer }, headers }: Exchange, { maxBodyBytes }: Route): number | undefined {
    // A body of unknown length is taken for the longest.
    const bytes = Number(headers['content-length'] ?? maxBodyBytes);
    return pacer === undefined ? 0 : pacer.delayMs(this.#options.clock.monotonic(), 1 + bytes / bytesOfWeight);
  }

  /** What is refused waits too: a caller that asks again at once would be as busy with refusals. */
  async #holdBack(delayMs: number | undefined): Promise<void> {
    const { clock, limits, metrics } = this.#options;
    await clock.sleep(delayMs ?? limits.callerRate.longestDelayMs);
    if (delayMs === undefined) {
      throw tooFast();
    }
    metrics?.limited('callerRate');
  }

  /** Runs the route; what it does not answer at once is under its deadline. */
  #call(
    route: Route,
    exchange: Exchange,
    context: RequestContext,
    query: string,
  ): RouteResponse | Promise<RouteResponse> {
    try {
      const answer = route.handle(context);
      return answer instanceof Promise
        ? this.#inTime(answer, route, exchange, context, query).catch((error: unknown) =>
            this.#onFailure(route, context, error),
          )
        : answer;
    } catch (error) {
      return this.#onFailure(route, context, error);
    }
  }

  #onFailure(route: Route, context: RequestContext, error: unknown): RouteResponse {
    if (error instanceof RequestProblem || error instanceof CallerGone || route.onFailure === undefined) {
      throw error;
    }
    this.#options.logger.error('Webhook failed', { path: context.path, error });
    return route.onFailure(context, error);
  }

  async #inTime(
    answer: Promise<RouteResponse>,
    route: Route,
    exchange: Exchange,
    context: RequestContext,
    query: string,
  ): Promise<RouteResponse> {
    const { clock, limits } = this.#options;
    const timeoutMs = deadlineMs(route.timeoutMs ?? limits.handlerTimeoutMs, query);
    const timer = clock.setTimer(timeoutMs, () =>
      context.abort(webhookErrors.DeadlineExceeded(`${route.path} took longer than ${timeoutMs} ms`)),
    );
    const stay = exchange.onGone(() => context.abort(new CallerGone('connection closed before the answer')));
    try {
      return await abortable(answer, context.signal);
    } finally {
      timer.cancel();
      stay();
    }
  }

  #refusal(problem: RequestProblem): Reply {
    const { httpStatus, code, message, remedy, causes, headers, limit } = problem;
    if (limit !== undefined) {
      this.#options.metrics?.limited(limit);
    }
    return { status: httpStatus, body: failureStatus(httpStatus, code, `${message}; ${remedy}`, causes), headers };
  }

  #send(exchange: Exchange, { status, body, headers = noHeaders }: Reply): number {
    const hangUp = this.#options.draining() || exchange.connection.outdated;
    exchange.send({ status, headers, payload: JSON.stringify(body), hangUp });
    return status;
  }
}

function checkTarget(method: string, match: RouteMatch | undefined, path: string): RouteMatch {
  if (match === undefined) {
    const shown = JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}...` : path);
    throw new RequestProblem('NotFound', `nothing is served at ${shown}`, {
      remedy: 'Correct the path in the webhook configuration.',
    });
  }
  if (method !== 'POST') {
    throw new RequestProblem('MethodNotAllowed', `method ${method} is not served`, {
      remedy: 'Send a POST request.',
      headers: { allow: 'POST' },
    });
  }
  return match;
}

function tooFast(): RequestProblem {
  return new RequestProblem('TooManyRequests', 'this caller sends more than its share', {
    remedy: 'Send fewer requests; --caller-rate of the server says how many it takes from one caller.',
    limit: 'callerRateRefused',
  });
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
