import { exponentialDelay, withJitter, type Clock, type Random } from '@tke/time';

const resetAfterMs = 120_000;

/**
 * client-go's back-off of a reflector: 0.8 s doubling to 30 s, each spread over [d, 2d); two minutes without a failure
 * count as healthy and start it afresh. An unhealthy server thus sees about one request per 45 s from each watch.
 */
export class RetryDelay {
  readonly #clock: Clock;
  readonly #random: Random;
  #attempt = 0;
  #lastFailure = -Infinity;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const now = this.#clock.monotonic();
    if (now - this.#lastFailure > resetAfterMs) {
      this.#attempt = 0;
    }
    this.#lastFailure = now;
    return withJitter(exponentialDelay(this.#attempt++, { baseMs: 800, capMs: 30_000 }), 1, this.#random);
  }
}
