/** How much of its time this process spends on one caller. */
export interface CallerRate {
  /** Requests, large ones counted as several. */
  readonly perSecond: number;
  /** How much of that may come at once, in seconds. */
  readonly burstSeconds: number;
  /** What would have to be held back longer is refused. */
  readonly longestDelayMs: number;
}

/**
 * Spaces out the requests of one caller (the generic cell rate algorithm of ATM, I.371). Holding a request back costs
 * nothing; refusing it at once would cost about as much as answering it, and whoever floods would only come again.
 */
export class Pacer {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  readonly #longestDelayMs: number;
  /** When what was let in so far is paid for. */
  #paidAt = -Infinity;

  constructor({ perSecond, burstSeconds, longestDelayMs }: CallerRate) {
    this.#intervalMs = 1000 / perSecond;
    this.#burstMs = burstSeconds * 1000;
    this.#longestDelayMs = longestDelayMs;
  }

  /** How long to hold back a request of this weight; undefined when it is to be refused. */
  delayMs(now: number, weight: number): number | undefined {
    const from = Math.max(this.#paidAt, now - this.#burstMs);
    const delay = Math.max(0, from - now);
    if (delay > this.#longestDelayMs) {
      return undefined;
    }
    this.#paidAt = from + weight * this.#intervalMs;
    return delay;
  }

  /** Whether forgetting it would change nothing. */
  isIdle(now: number): boolean {
    return this.#paidAt <= now - this.#burstMs;
  }
}
