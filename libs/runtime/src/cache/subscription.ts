import { type Logger } from '@tke/log';
import { keyOf, keyString, type DeepReadonly, type KubeObject } from '@tke/meta';
import type { TimeSlice } from '@tke/time';

import { Latch } from './latch.ts';
import type { EventHandler, HandlerRegistration } from './types.ts';

/** One change of the store, as told to handlers. */
export type Change<T extends KubeObject> =
  | { readonly type: 'Added'; readonly object: DeepReadonly<T>; readonly initialList: boolean }
  | { readonly type: 'Updated'; readonly before: DeepReadonly<T>; readonly object: DeepReadonly<T> }
  | { readonly type: 'Deleted'; readonly object: DeepReadonly<T>; readonly finalStateUnknown: boolean };

/**
 * Delivers changes to one handler: strictly in order, in time slices, at its own pace. A handler that throws loses
 * that one call and nothing else.
 */
export class Subscription<T extends KubeObject> implements HandlerRegistration {
  readonly #handler: EventHandler<T>;
  readonly #slice: TimeSlice;
  readonly #log: Logger;
  readonly #onRemove: () => void;
  readonly #synced = new Latch();
  #backlog: (Change<T> | 'InitialListEnd')[] = [];
  #delivering = false;
  #removed = false;

  constructor(handler: EventHandler<T>, slice: TimeSlice, log: Logger, onRemove: () => void) {
    this.#handler = handler;
    this.#slice = slice;
    this.#log = log;
    this.#onRemove = onRemove;
  }

  get synced(): boolean {
    return this.#synced.isOpen;
  }

  waitForSync(signal: AbortSignal): Promise<void> {
    return this.#synced.wait(signal);
  }

  remove(): void {
    this.#removed = true;
    this.#backlog = [];
    this.#onRemove();
  }

  /** Queues a change, or the mark that everything of the initial list came before. Delivery starts in a microtask. */
  push(change: Change<T> | 'InitialListEnd'): void {
    if (this.#removed) {
      return;
    }
    this.#backlog.push(change);
    if (!this.#delivering) {
      this.#delivering = true;
      queueMicrotask(() => void this.#deliverAll());
    }
  }

  async #deliverAll(): Promise<void> {
    while (this.#backlog.length > 0) {
      const batch = this.#backlog;
      this.#backlog = [];
      for (const change of batch) {
        if (this.#slice.spent) {
          await this.#slice.nextTurn();
        }
        if (this.#removed) {
          return;
        }
        this.#deliver(change);
      }
    }
    this.#delivering = false;
  }

  #deliver(change: Change<T> | 'InitialListEnd'): void {
    if (change === 'InitialListEnd') {
      this.#synced.open();
      return;
    }
    try {
      this.#call(change);
    } catch (error) {
      const object = keyString(keyOf(change.object));
      this.#log.error('Event handler failed', { object, event: change.type, error });
    }
  }

  #call(change: Change<T>): void {
    switch (change.type) {
      case 'Added':
        this.#handler.onAdd?.(change.object, change.initialList);
        break;
      case 'Updated':
        this.#handler.onUpdate?.(change.before, change.object);
        break;
      case 'Deleted':
        this.#handler.onDelete?.(change.object, change.finalStateUnknown);
    }
  }
}
