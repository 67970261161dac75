import type { Clock } from '@tke/time';

// What takes long is done less often: no more than this part of the time goes into it.
const shareOfTime = 1 / 30;

/** Something that is found out at most so often, and stands for as long. */
export class Measurement<T> {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #value: T | undefined;
  #error: unknown;
  #dueAt = -Infinity;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** What was found out last, however many tries have failed since. */
  get value(): T | undefined {
    return this.#value;
  }

  /** Of the last try, where it failed. */
  get error(): unknown {
    return this.#error;
  }

  /** Finds out anew where it is time to. Never rejects. */
  async refresh(find: () => Promise<T>): Promise<void> {
    const begin = this.#clock.monotonic();
    if (begin < this.#dueAt) {
      return;
    }
    try {
      this.#value = await find();
      this.#error = undefined;
    } catch (error) {
      this.#error = error;
    }
    const tookMs = this.#clock.monotonic() - begin;
    this.#dueAt = begin + Math.max(this.#intervalMs, tookMs / shareOfTime);
  }
}
