import { abortable } from '@tke/time';

/**
 *  Runs work of one key one after the other, in the order it was asked for; work of different keys at the same time.
 */
export class OneAtATime {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Rejects with what the work rejects with, or with the signal's reason while it waits for its turn. */
  run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const turn = before.then(() => {
      signal.throwIfAborted();
      return work();
    });
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#last.get(key) === settled) {
          this.#last.delete(key);
        }
      });
    this.#last.set(key, settled);
    return abortable(turn, signal);
  }
}
