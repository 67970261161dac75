import type { Clock } from '@tke/time';

// What takes long is done less often: no more than this part of the time goes into it.
const shareOfTime = 1 / 30;
// What it depends on may change many times a second, and is not ours to slow down.
const soonestMs = 5_000;

/** Something that is found out at most so often, and stands for as long; for five seconds at least where it is known to be old before. */
export class Measurement<T> {
  readonly #clock: Clock;
  readonly #intervalMs: (value: T | undefined) => number;
  #value: T | undefined;
  #error: unknown;
  #isOld = false;
  #dueAt = -Infinity;
  #dueAtIfOld = -Infinity;

  /** @param intervalMs by what was found out last, where it depends on that. */
  constructor(clock: Clock, intervalMs: number | ((value: T | undefined) => number)) {
    this.#clock = clock;
    this.#intervalMs = typeof intervalMs === 'number' ? () => intervalMs : intervalMs;
  }

  /** What was found out last, however many tries have failed since. */
  get value(): T | undefined {
    return this.#value;
  }

  /** Of the last try, where it failed. */
  get error(): unknown {
    return this.#error;
  }

  /** In how many milliseconds it is time to find out anew, where what was found out is known to be old. */
  get oldForMs(): number | undefined {
    return this.#isOld ? Math.max(0, this.#nextAt() - this.#clock.monotonic()) : undefined;
  }

  /** What was found out is known to be old: it is time to find out anew as soon as that is allowed. */
  expire(): void {
    this.#isOld = true;
  }

  /** Finds out anew where it is time to. Never rejects. */
  async refresh(find: () => Promise<T>): Promise<void> {
    const begin = this.#clock.monotonic();
    if (begin < this.#nextAt()) {
      return;
    }
    this.#isOld = false;
    try {
      this.#value = await find();
      this.#error = undefined;
    } catch (error) {
      this.#error = error;
    }
    const restMs = (this.#clock.monotonic() - begin) / shareOfTime;
    this.#dueAt = begin + Math.max(this.#intervalMs(this.#value), restMs);
    this.#dueAtIfOld = begin + Math.max(soonestMs, restMs);
  }

  #nextAt(): number {
    return this.#isOld ? Math.min(this.#dueAt, this.#dueAtIfOld) : this.#dueAt;
  }
}
