import type { Clock } from '@tke/time';

export interface TokenBucketOptions {
  readonly ratePerSecond: number;
  /** Tokens that can be saved up. */
  readonly burst: number;
}

/** A token bucket whose reservations may reach into the future, as golang.org/x/time/rate. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #updatedAt: number;

  constructor({ ratePerSecond, burst }: TokenBucketOptions, clock: Clock) {
    this.#clock = clock;
    this.#perMs = ratePerSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#updatedAt = clock.monotonic();
  }

  /** Takes one token and returns the milliseconds until it is there. */
  reserve(): number {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#updatedAt) * this.#perMs) - 1;
    this.#updatedAt = now;
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs;
  }
}
