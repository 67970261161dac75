import { abortable } from '@tke/time';

interface Waiter {
  readonly admit: () => void;
}

/** So many at a time, in the order they came. */
export class Semaphore {
  #free: number;
  readonly #waiting = new Set<Waiter>();

  constructor(permits: number) {
    this.#free = permits;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves with what gives the permit back; calling that twice does nothing more. Rejects when the signal aborts first. */
  async acquire(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return this.#permit();
    }
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const waiter = { admit: () => resolve(undefined) };
    this.#waiting.add(waiter);
    try {
      await abortable(promise, signal);
    } catch (error) {
      if (!this.#waiting.delete(waiter)) {
        this.#release(); // admitted in the same turn as the abort
      }
      throw error;
    }
    return this.#permit();
  }

  #permit(): () => void {
    let held = true;
    return () => {
      if (held) {
        held = false;
        this.#release();
      }
    };
  }

  #release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next.admit();
  }
}
