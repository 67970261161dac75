import type { Clock, Timer } from '@tke/time';

/**
 * One signal out of two: the caller's, and a timer that is armed while something is awaited.
 * To be disposed of, or the caller's signal keeps a listener.
 */
export class Watchdog implements Disposable {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, caller: AbortSignal | undefined) {
    this.#clock = clock;
    this.#caller = caller;
    if (caller?.aborted) {
      this.#onAbort();
    }
    caller?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts with `reason()` after `delayMs`, unless armed anew or disarmed before. */
  arm(delayMs: number, reason: () => Error): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(delayMs, () => this.#controller.abort(reason()));
  }

  disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  [Symbol.dispose](): void {
    this.disarm();
    this.#caller?.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => this.#controller.abort(this.#caller?.reason);
}
