import { systemClock } from '@tke/time';

import { codeOf, NoAnswer, type Connect, type LoadConnection } from './connection.ts';
import { connectHttp1 } from './http1.ts';
import { connectHttp2 } from './http2.ts';
import type { LoadOptions, LoadReport, LoadRequest } from './options.ts';
import { Tally } from './tally.ts';

/** Whoever fails at once must not be asked in a tight loop. */
const retryMs = 20;
const defaultTimeoutMs = 30_000;

interface PreparedRequest extends LoadRequest {
  readonly payload: Buffer;
}

/**
 * Sends requests until the time is over or the signal aborts, and lets those in flight end. It shares the event loop
 * of whoever calls it; where what is measured runs there too, use `startLoad`.
 */
export async function runLoad(options: LoadOptions, signal?: AbortSignal): Promise<LoadReport> {
  return await new Load(options).run(signal);
}

class Load {
  readonly #options: LoadOptions;
  readonly #requests: readonly PreparedRequest[];
  readonly #connect: Connect;
  readonly #stop = new AbortController();
  #tally = new Tally();
  #next = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#requests = options.requests.map((each) => ({ ...each, payload: Buffer.from(JSON.stringify(each.body)) }));
    this.#connect = options.protocol === 'h2' ? connectHttp2 : connectHttp1;
  }

  async run(signal?: AbortSignal): Promise<LoadReport> {
    const { connections = 16, warmUpSeconds = 0, seconds } = this.#options;
    const stop = () => this.#stop.abort();
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) {
      stop();
    }
    const warm = systemClock.setTimer(warmUpSeconds * 1000, () => (this.#tally = new Tally()));
    const over = seconds === undefined ? undefined : systemClock.setTimer((warmUpSeconds + seconds) * 1000, stop);
    await Promise.all(Array.from({ length: connections }, (_, index) => this.#keepConnected(index)));
    warm.cancel();
    over?.cancel();
    signal?.removeEventListener('abort', stop);
    return this.#tally.report();
  }

  /** One connection after the other. */
  async #keepConnected(index: number): Promise<void> {
    while (!this.#stop.signal.aborted) {
      let connection: LoadConnection;
      try {
        connection = await this.#connect(this.#options, this.#options.timeoutMs ?? defaultTimeoutMs);
        this.#tally.connected();
      } catch (error) {
        this.#tally.refused(codeOf(error));
        await this.#pause(retryMs);
        continue;
      }
      const { streams = 1 } = this.#options;
      const lanes = this.#options.protocol === 'h2' ? streams : 1;
      await Promise.all(
        Array.from({ length: lanes }, (_, lane) => this.#send(connection, index * lanes + lane, lanes)),
      );
      connection.close();
    }
  }

  /** One request after the other, while the connection takes them. */
  async #send(connection: LoadConnection, lane: number, lanes: number): Promise<void> {
    const { connections = 16, perSecond } = this.#options;
    const intervalMs = perSecond === undefined ? 0 : (1000 * connections * lanes) / perSecond;
    let due = performance.now() + (intervalMs * lane) / (connections * lanes);
    for (;;) {
      const idleMs = due - performance.now();
      if (intervalMs > 0 && idleMs > 0) {
        await this.#pause(idleMs);
      }
      if (this.#stop.signal.aborted || !connection.usable) {
        return;
      }
      // A timer that fires late is not the server's fault; a request before this one that took long is.
      const countedFrom = intervalMs > 0 && idleMs <= 0 ? due : performance.now();
      await this.#exchange(connection, countedFrom);
      due += intervalMs;
    }
  }

  async #exchange(connection: LoadConnection, countedFrom: number): Promise<void> {
    const request = this.#requests[this.#next % this.#requests.length];
    this.#next += 1;
    if (request === undefined) {
      return;
    }
    try {
      const reply = await connection.exchange(request.path, request.payload);
      this.#tally.answered(request, reply, performance.now() - countedFrom);
    } catch (error) {
      if (error instanceof NoAnswer && error.untouched) {
        this.#tally.refused(error.code);
      } else {
        this.#tally.unanswered(codeOf(error));
      }
      await this.#pause(retryMs);
    }
  }

  async #pause(ms: number): Promise<void> {
    await systemClock.sleep(ms, this.#stop.signal).catch(() => undefined);
  }
}
