import { sleepWith, type Clock, type Timer } from './clock.ts';

interface Pending {
  readonly at: number;
  readonly sequence: number;
  readonly callback: () => void;
}

/** A clock for tests: time stands still until `advance` moves it. */
export class FakeClock implements Clock {
  #monotonic = 0;
  #wall: number;
  #sequence = 0;
  readonly #pending = new Set<Pending>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#wall = startMs;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const entry: Pending = { at: this.#monotonic + Math.max(delayMs, 0), sequence: this.#sequence++, callback };
    this.#pending.add(entry);
    return { cancel: () => void this.#pending.delete(entry) };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepWith((ms, callback) => this.setTimer(ms, callback), delayMs, signal);
  }

  get pendingTimers(): number {
    return this.#pending.size;
  }

  /** Sets the wall clock without letting any time pass, as an administrator or NTP does. */
  setWall(epochMs: number): void {
    this.#wall = epochMs;
  }

  /** Moves time forward, firing due timers in order and letting promise callbacks run after each. */
  async advance(durationMs: number): Promise<void> {
    const end = this.#monotonic + durationMs;
    await settle();
    for (let next = this.#nextDue(end); next !== undefined; next = this.#nextDue(end)) {
      this.#moveTo(next.at);
      this.#pending.delete(next);
      next.callback();
      await settle();
    }
    this.#moveTo(end);
    await settle();
  }

  #moveTo(instant: number): void {
    this.#wall += instant - this.#monotonic;
    this.#monotonic = instant;
  }

  #nextDue(limit: number): Pending | undefined {
    return [...this.#pending]
      .filter((entry) => entry.at <= limit)
      .sort((a, b) => a.at - b.at || a.sequence - b.sequence)[0];
  }
}

/** Lets every promise that can settle now do so: an immediate runs only after the microtask queue is empty. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
