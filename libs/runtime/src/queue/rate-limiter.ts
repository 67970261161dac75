import { exponentialDelay, type Clock } from '@tke/time';

import { TokenBucket, type TokenBucketOptions } from './token-bucket.ts';

export interface RateLimiterOptions {
  /** Delay after the first failure of a key in milliseconds, doubled by each further one. Default 5. */
  readonly baseMs?: number;
  /** Longest delay in milliseconds. Default 1,000,000. */
  readonly capMs?: number;
  /**
   * A bucket over all keys of the queue; a rate-limited add waits for the longer of its key's delay and its turn here.
   * Fresh events never pass through it. Default none, as controller-runtime's priority queue; client-go's older queues
   * use `{ ratePerSecond: 10, burst: 100 }`.
   */
  readonly bucket?: TokenBucketOptions;
}

/** Says how long a failed key waits before it is tried again. */
export class RateLimiter {
  readonly #failures = new Map<string, number>();
  readonly #backoff: { readonly baseMs: number; readonly capMs: number };
  readonly #bucket: TokenBucket | undefined;

  constructor({ baseMs = 5, capMs = 1_000_000, bucket }: RateLimiterOptions, clock: Clock) {
    this.#backoff = { baseMs, capMs };
    this.#bucket = bucket === undefined ? undefined : new TokenBucket(bucket, clock);
  }

  /** Counts one more failure of the key and returns its delay in milliseconds. */
  nextDelayMs(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    return Math.max(exponentialDelay(failures, this.#backoff), this.#bucket?.reserve() ?? 0);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }
}
