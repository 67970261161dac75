import type { Clock } from '@tke/time';

/** Lets a loop sleep until something happens. A notification that comes while it works ends its next wait at once. */
export class Wakeup {
  #notified = false;
  #wake: (() => void) | undefined;

  notify(): void {
    this.#notified = true;
    this.#wake?.();
  }

  /** Resolves at the next notification, after `timeoutMs` or when the signal aborts, whichever is first. */
  async wait(timeoutMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (!this.#notified && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const wake = () => resolve(undefined);
      this.#wake = wake;
      const timer = clock.setTimer(timeoutMs, wake);
      signal.addEventListener('abort', wake);
      await promise;
      timer.cancel();
      signal.removeEventListener('abort', wake);
      this.#wake = undefined;
    }
    this.#notified = false;
  }
}
