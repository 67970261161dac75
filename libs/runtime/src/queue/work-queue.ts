import { systemClock, type Clock, type Timer } from '@tke/time';

import { Heap } from './heap.ts';
import { RateLimiter, type RateLimiterOptions } from './rate-limiter.ts';
import { ReadyKeys, type FlowEntry, type FlowOptions } from './ready-keys.ts';

/** Priority of objects of an initial list and of resyncs, so that a restart does not delay fresh changes. */
export const lowPriority = -100;

export interface AddOptions {
  /** Higher leaves first. Default 0. */
  readonly priority?: number;
  /** Not before this many milliseconds have passed. Default 0. */
  readonly afterMs?: number;
  /** Counts a failure of the key and waits at least for its back-off. */
  readonly rateLimited?: boolean;
}

export interface QueueItem {
  readonly key: string;
  /** The highest priority the key was added with since it was last handed out. */
  readonly priority: number;
}

/** Is told what happens in a queue; the durations are milliseconds. */
export interface QueueObserver {
  /** A key became ready to be handed out. */
  added(): void;
  /** A key was added with a delay. */
  retried(): void;
  handedOut(waitedMs: number): void;
  finished(workedMs: number): void;
}

export interface WorkQueueOptions extends RateLimiterOptions {
  readonly clock?: Clock;
  readonly observer?: QueueObserver;
  /** Keeps keys that belong together from holding all workers. Default: each key is handed out as soon as somebody asks. */
  readonly flows?: FlowOptions;
}

// Waiting: its time has not come. Parked: ready, but its key is being worked on. Ready: in the heap to be handed out.
type State = 'waiting' | 'parked' | 'ready';

interface Entry extends FlowEntry, QueueItem {
  priority: number;
  sequence: number;
  state: State;
  /** Monotonic instant at which a waiting entry becomes ready. */
  readyAt: number;
  /** Monotonic instant since when it could have been handed out. */
  readySince: number;
}

const leavesFirst = (a: Entry, b: Entry) =>
  a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority;
const ripensFirst = (a: Entry, b: Entry) => (a.readyAt === b.readyAt ? a.sequence < b.sequence : a.readyAt < b.readyAt);

/**
 * A work queue of keys with the semantics of controller-runtime's priority queue: a key is in it at most once, adding
 * it again keeps the higher priority and the earlier time; a key handed out is not handed out again before `done`;
 * first in, first out within a priority.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #observer: QueueObserver | undefined;
  readonly #limiter: RateLimiter;
  readonly #flowOf: FlowOptions['flowOf'] | undefined;
  readonly #entries = new Map<string, Entry>();
  readonly #ready: ReadyKeys<Entry>;
  readonly #waiting = new Heap<Entry>(ripensFirst);
  readonly #locked = new Map<string, { readonly since: number; readonly flow: string | undefined }>();
  readonly #depths = new Map<number, number>();
  readonly #getters: ((item: QueueItem | undefined) => void)[] = [];
  #sequence = 0;
  #timer: Timer | undefined;
  #timerAt = Infinity;
  #shutDown = false;

  constructor({ clock = systemClock, observer, flows, ...rateLimiter }: WorkQueueOptions = {}) {
    this.#clock = clock;
    this.#observer = observer;
    this.#limiter = new RateLimiter(rateLimiter, clock);
    this.#flowOf = flows?.flowOf;
    this.#ready = new ReadyKeys(leavesFirst, flows?.workers);
  }

  /** Ignored after `shutDown`. */
  add(key: string, { priority = 0, afterMs = 0, rateLimited = false }: AddOptions = {}): void {
    if (this.#shutDown) {
      return;
    }
    const delayMs = rateLimited ? Math.max(afterMs, this.#limiter.nextDelayMs(key)) : afterMs;
    if (delayMs > 0) {
      this.#observer?.retried();
    }
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#insert(key, priority, delayMs);
    } else {
      this.#merge(entry, priority, delayMs);
    }
  }

  /** Waits for the next key and locks it until `done`. Resolves with undefined once the queue is shut down. */
  get(): Promise<QueueItem | undefined> {
    if (this.#shutDown) {
      return Promise.resolve(undefined);
    }
    const entry = this.#ready.pop();
    if (entry !== undefined) {
      return Promise.resolve(this.#handOut(entry));
    }
    return new Promise((resolve) => this.#getters.push(resolve));
  }

  /** Must follow every key got, also after an error: only then can the key be handed out again. */
  done(key: string): void {
    const locked = this.#locked.get(key);
    if (locked === undefined) {
      return;
    }
    this.#locked.delete(key);
    this.#ready.finished(locked.flow);
    this.#observer?.finished(this.#clock.monotonic() - locked.since);
    const entry = this.#entries.get(key);
    if (entry?.state === 'parked') {
      entry.state = 'ready';
      this.#ready.push(entry);
    }
    this.#dispatch();
  }

  /** Ends the back-off of the key. It does not take the key out of the queue. */
  forget(key: string): void {
    this.#limiter.forget(key);
  }

  /** Rate-limited adds of the key since it was last forgotten. */
  failures(key: string): number {
    return this.#limiter.failures(key);
  }

  /** Keys whose time has come, without those that are being worked on. */
  get length(): number {
    let length = 0;
    for (const depth of this.#depths.values()) {
      length += depth;
    }
    return length;
  }

  /** `length` by priority. */
  get depths(): ReadonlyMap<number, number> {
    return this.#depths;
  }

  /** Milliseconds each key handed out has been worked on so far. */
  workedMs(): number[] {
    const now = this.#clock.monotonic();
    return Array.from(this.#locked.values(), ({ since }) => now - since);
  }

  /** Drops what is queued, ignores further adds and wakes everyone who waits. Keys handed out still need `done`. */
  shutDown(): void {
    this.#shutDown = true;
    this.#timer?.cancel();
    this.#entries.clear();
    this.#ready.clear();
    this.#waiting.clear();
    this.#depths.clear();
    for (const resolve of this.#getters.splice(0)) {
      resolve(undefined);
    }
  }

  #insert(key: string, priority: number, delayMs: number): void {
    const readyAt = delayMs > 0 ? this.#clock.monotonic() + delayMs : 0;
    const entry: Entry = {
      key,
      priority,
      sequence: this.#sequence++,
      state: 'waiting',
      readyAt,
      readySince: 0,
      flow: this.#flowOf?.(key),
      heapIndex: -1,
    };
    this.#entries.set(key, entry);
    if (delayMs > 0) {
      this.#waiting.push(entry);
      this.#armTimer();
    } else {
      this.#makeReady(entry);
      this.#dispatch();
    }
  }

  #merge(entry: Entry, priority: number, delayMs: number): void {
    if (entry.state === 'waiting') {
      entry.priority = Math.max(entry.priority, priority);
      this.#hasten(entry, delayMs);
    } else if (priority > entry.priority) {
      this.#changeDepth(entry.priority, -1);
      this.#changeDepth(priority, 1);
      entry.priority = priority;
      entry.sequence = this.#sequence++;
      if (entry.state === 'ready') {
        this.#ready.update(entry);
      }
    }
  }

  #hasten(entry: Entry, delayMs: number): void {
    if (delayMs <= 0) {
      this.#waiting.remove(entry);
      this.#ripen(entry);
      this.#dispatch();
      return;
    }
    const readyAt = this.#clock.monotonic() + delayMs;
    if (readyAt < entry.readyAt) {
      entry.readyAt = readyAt;
      this.#waiting.update(entry);
      this.#armTimer();
    }
  }

  /** A key that has waited lines up behind those that were ready before it. */
  #ripen(entry: Entry): void {
    entry.sequence = this.#sequence++;
    this.#makeReady(entry);
  }

  #makeReady(entry: Entry): void {
    entry.readySince = this.#clock.monotonic();
    this.#changeDepth(entry.priority, 1);
    this.#observer?.added();
    if (this.#locked.has(entry.key)) {
      entry.state = 'parked';
    } else {
      entry.state = 'ready';
      this.#ready.push(entry);
    }
  }

  #dispatch(): void {
    while (this.#getters.length > 0) {
      const entry = this.#ready.pop();
      if (entry === undefined) {
        return;
      }
      this.#getters.shift()?.(this.#handOut(entry));
    }
  }

  #handOut(entry: Entry): QueueItem {
    const now = this.#clock.monotonic();
    this.#entries.delete(entry.key);
    this.#locked.set(entry.key, { since: now, flow: entry.flow });
    this.#changeDepth(entry.priority, -1);
    this.#observer?.handedOut(now - entry.readySince);
    return entry;
  }

  #changeDepth(priority: number, by: number): void {
    this.#depths.set(priority, (this.#depths.get(priority) ?? 0) + by);
  }

  #armTimer(): void {
    const next = this.#waiting.peek();
    if (next === undefined || next.readyAt >= this.#timerAt) {
      return;
    }
    this.#timer?.cancel();
    this.#timerAt = next.readyAt;
    // Rounded up: a timer that fires a fraction of a millisecond early would have to be set again.
    this.#timer = this.#clock.setTimer(Math.ceil(next.readyAt - this.#clock.monotonic()), () => this.#onTimer());
  }

  #onTimer(): void {
    this.#timerAt = Infinity;
    const now = this.#clock.monotonic();
    for (let next = this.#waiting.peek(); next !== undefined && next.readyAt <= now; next = this.#waiting.peek()) {
      this.#waiting.remove(next);
      this.#ripen(next);
    }
    this.#armTimer();
    this.#dispatch();
  }
}
