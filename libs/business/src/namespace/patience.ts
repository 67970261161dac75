import type { Clock } from '@tke/time';

import type { Claimant } from './claimants.ts';

const graceMs = 3_000;

/** Who waits for something that usually comes at once, and since when: saying so in the status would be one more write of every change. */
export class Patience {
  readonly #clock: Clock;
  readonly #since = new Map<string, { readonly generation: number | undefined; readonly at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds for which nothing needs to be said yet; 0 when it has taken too long. */
  left({ metadata: { uid = '', generation } }: Claimant): number {
    const known = this.#since.get(uid);
    const now = this.#clock.monotonic();
    if (known === undefined || known.generation !== generation) {
      this.#since.set(uid, { generation, at: now });
      return graceMs;
    }
    return Math.max(0, known.at + graceMs - now);
  }

  forget({ metadata: { uid = '' } }: Claimant): void {
    this.#since.delete(uid);
  }
}
