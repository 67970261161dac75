import type { Clock } from '@tke/time';

import { Pacer } from './caller-rate.ts';
import type { ServerLimits } from './limits.ts';

/** Everyone whose client certificates have the same common name. */
export interface Caller {
  readonly pacer: Pacer;
  connections: number;
}

/** Beyond that many the idle ones are forgotten. */
const remembered = 1000;

export class Callers {
  readonly #limits: ServerLimits;
  readonly #clock: Clock;
  readonly #byName = new Map<string, Caller>();

  constructor(limits: ServerLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Counts a connection; undefined when the caller has too many already. */
  join(name: string): Caller | undefined {
    const caller = this.#byName.get(name) ?? this.#add(name);
    if (caller.connections >= this.#limits.maxConnectionsPerCaller) {
      return undefined;
    }
    caller.connections += 1;
    return caller;
  }

  leave(caller: Caller): void {
    caller.connections -= 1;
  }

  #add(name: string): Caller {
    if (this.#byName.size >= remembered) {
      this.#forgetIdle();
    }
    const caller = { pacer: new Pacer(this.#limits.callerRate), connections: 0 };
    this.#byName.set(name, caller);
    return caller;
  }

  #forgetIdle(): void {
    const now = this.#clock.monotonic();
    for (const [name, { connections, pacer }] of this.#byName) {
      if (connections === 0 && pacer.isIdle(now)) {
        this.#byName.delete(name);
      }
    }
  }
}
