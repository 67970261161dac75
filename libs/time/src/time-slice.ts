import type { Clock } from './clock.ts';

// Readers and caches promise pauses of 50 ms at most; parsing one object or chunk and collecting garbage come on top.
const sliceMs = 8;

/**
 * Shares the event loop among everything that walks long lists: about `sliceMs` of such work per turn of the loop, and
 * the next turn for whoever has waited longest. One instance serves a whole cache: ten kinds that sync at the same time
 * would add up if each had its own.
 */
export class TimeSlice {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #startedAt: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether this turn of the loop has had its share: then `await nextTurn()` before going on. */
  get spent(): boolean {
    return this.#clock.monotonic() - this.#begin() > sliceMs;
  }

  nextTurn(): Promise<void> {
    this.#begin();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #begin(): number {
    if (this.#startedAt === undefined) {
      this.#startedAt = this.#clock.monotonic();
      setImmediate(() => this.#turn());
    }
    return this.#startedAt;
  }

  #turn(): void {
    this.#startedAt = undefined;
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#begin();
      next();
    }
  }
}
