import type { Clock } from '@tke/time';

import type { Route } from './route.ts';
import type { HttpRequest, HttpResponse } from './transport.ts';

export interface Patience {
  readonly clock: Clock;
  /** What a call may take to be answered before `onSlow` is called; the call goes on. */
  readonly slowMs: number;
  readonly onSlow: () => void;
}

/** One route, and what is under way on it. */
export class Lane {
  readonly #route: Route;
  readonly #patience: Patience;
  /** Requests without an answer. */
  readonly #unanswered = new Set<AbortController>();
  readonly #streams = new Set<AbortController>();
  #retired = false;
  #onEmpty: () => void = () => undefined;

  constructor(route: Route, patience: Patience) {
    this.#route = route;
    this.#patience = patience;
  }

  get host(): string {
    return this.#route.transport.host;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const own = new AbortController();
    const signal = AbortSignal.any([request.signal, own.signal]);
    this.#unanswered.add(own);
    const { clock, slowMs, onSlow } = this.#patience;
    const timer = request.streaming === true ? undefined : clock.setTimer(slowMs, onSlow);
    try {
      const response = await this.#route.transport.send({ ...request, signal });
      return request.streaming === true ? this.#streamed(response, own) : response;
    } finally {
      timer?.cancel();
      this.#unanswered.delete(own);
      this.#leave();
    }
  }

  /** Rejects every request without an answer, and sends further ones over new sockets. */
  renew(reason: Error): void {
    abortAll(this.#unanswered, reason);
    this.#route.renew();
  }

  /** Ends every watch. */
  cutStreams(reason: Error): void {
    abortAll(this.#streams, reason);
  }

  /** Resolves when the calls under way have ended and the sockets are closed. To be called once, after the last `send`. */
  async retire(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#retired = true;
    this.#onEmpty = () => resolve(undefined);
    this.#leave();
    await promise;
    await this.#route.drain();
  }

  async close(): Promise<void> {
    await this.#route.transport.close();
  }

  #leave(): void {
    // A request that still waits for its credential must not find the sockets closed.
    if (this.#retired && this.#unanswered.size === 0) {
      this.#onEmpty();
    }
  }

  #streamed(response: HttpResponse, own: AbortController): HttpResponse {
    const streams = this.#streams;
    streams.add(own);
    const read = async function* (body: AsyncIterable<Buffer>) {
      try {
        yield* body;
      } finally {
        streams.delete(own);
      }
    };
    return {
      ...response,
      body: read(response.body),
      discard: () => {
        streams.delete(own);
        return response.discard();
      },
    };
  }
}

function abortAll(controllers: Set<AbortController>, reason: Error): void {
  for (const controller of controllers) {
    controller.abort(reason);
  }
  controllers.clear();
}
