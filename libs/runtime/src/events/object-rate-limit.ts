import type { Clock } from '@tke/time';

const burst = 25;
const refillMs = 300_000;
const longestTable = 4096;

interface Allowance {
  readonly left: number;
  readonly at: number;
}

/** client-go's spam filter: each object may have 25 events at once and one more every five minutes. */
export class ObjectRateLimit {
  readonly #clock: Clock;
  /** The least recently used first. */
  readonly #allowances = new Map<string, Allowance>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes one event from the allowance of an object, if there is one. */
  allows(object: string): boolean {
    const at = this.#clock.monotonic();
    const known = this.#allowances.get(object) ?? { left: burst, at };
    const available = Math.min(burst, known.left + (at - known.at) / refillMs);
    const isAllowed = available >= 1;
    this.#allowances.delete(object);
    this.#allowances.set(object, { left: isAllowed ? available - 1 : available, at });
    const [leastRecent] = this.#allowances.keys();
    if (leastRecent !== undefined && this.#allowances.size > longestTable) {
      this.#allowances.delete(leastRecent);
    }
    return isAllowed;
  }
}
