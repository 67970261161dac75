import type { Reader } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import {
  deepFreeze,
  apiVersionOf,
  kindKey,
  keyOf,
  keyString,
  type DeepReadonly,
  type Kind,
  type KubeObject,
} from '@tke/meta';
import type { Clock, Random, TimeSlice } from '@tke/time';

import { cacheErrors } from './errors.ts';
import { Latch } from './latch.ts';
import { StringInterner, stripManagedFields } from './prepare.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';
import { Subscription, type Change } from './subscription.ts';
import type {
  CacheMetrics,
  EventHandler,
  HandlerRegistration,
  IndexFunction,
  Informer,
  InformerOptions,
  Selection,
} from './types.ts';

/** What all informers of a cache share. */
export interface InformerContext {
  readonly reader: Reader;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly slice: TimeSlice;
  readonly metrics?: CacheMetrics | undefined;
}

/** Keeps the store of one kind up to date and tells the handlers what changed. */
export class SharedInformer<T extends KubeObject> implements Informer<T> {
  readonly kind: Kind<T>;
  readonly selection: Selection;
  readonly transform: ((object: T) => T) | undefined;
  readonly #context: InformerContext;
  readonly #log: Logger;
  readonly #apiVersion: string;
  readonly #strings = new StringInterner();
  readonly #subscriptions = new Set<Subscription<T>>();
  readonly #guards = new Map<IndexFunction<T>, (object: DeepReadonly<T>) => readonly string[]>();
  readonly #synced = new Latch();
  readonly #reflector: Reflector<T>;
  #store: Store<DeepReadonly<T>>;
  /** The list that is being received; it becomes the store when complete. */
  #staging: Store<DeepReadonly<T>> | undefined;

  constructor(kind: Kind<T>, options: InformerOptions<T>, context: InformerContext) {
    this.kind = kind;
    this.selection = selectionOf(options);
    this.transform = options.transform;
    this.#context = context;
    this.#log = context.logger.withName('informer').withValues({ resource: kindKey(kind) });
    this.#apiVersion = apiVersionOf(kind);
    this.#store = new Store(kind.namespaced);
    this.#reflector = new Reflector({ ...context, kind, selection: this.selection });
  }

  get synced(): boolean {
    return this.#synced.isOpen;
  }

  /** As `Reflector.silentMs`. */
  get silentMs(): number {
    return this.#reflector.silentMs;
  }

  get store(): Store<DeepReadonly<T>> {
    return this.#store;
  }

  waitForSync(signal: AbortSignal): Promise<void> {
    return this.#synced.wait(signal);
  }

  addIndex(name: string, index: IndexFunction<T>): void {
    const guarded = this.#guardedIndex(name, index);
    this.#store.addIndex(name, guarded);
    this.#staging?.addIndex(name, guarded);
  }

  addHandler(handler: EventHandler<T>): HandlerRegistration {
    const subscription = new Subscription<T>(handler, this.#context.slice, this.#log, () =>
      this.#subscriptions.delete(subscription),
    );
    this.#subscriptions.add(subscription);
    if (this.synced) {
      for (const object of this.#store.all()) {
        subscription.push({ type: 'Added', object, initialList: true });
      }
      subscription.push('InitialListEnd');
    }
    return subscription;
  }

  /** Follows the server until the signal aborts. Handlers hear nothing more afterwards. */
  async run(signal: AbortSignal): Promise<void> {
    const { slice } = this.#context;
    for await (const event of this.#reflector.run(signal)) {
      switch (event.type) {
        case 'ListStarted':
          this.#staging = this.#store.emptyCopy();
          break;
        case 'Applied':
          this.#apply(event.object);
          break;
        case 'Deleted':
          this.#delete(event.object);
          break;
        case 'ListEnded':
          await this.#replace(signal);
      }
      if (slice.spent) {
        await slice.nextTurn();
      }
    }
    for (const subscription of this.#subscriptions) {
      subscription.remove();
    }
  }

  #apply(received: T): void {
    const key = keyString(keyOf(received));
    const known = this.#store.get(key);
    if (known !== undefined && isSameVersion(known, received)) {
      this.#staging?.set(key, known);
      return;
    }
    const object = this.#prepare(received) ?? known;
    if (this.#staging !== undefined && object !== undefined) {
      this.#staging.set(key, object);
    } else if (object !== undefined && object !== known) {
      this.#store.set(key, object);
      this.#tell(
        known === undefined
          ? { type: 'Added', object, initialList: false }
          : { type: 'Updated', before: known, object },
      );
    }
  }

  #delete(received: T): void {
    const key = keyString(keyOf(received));
    if (this.#staging !== undefined) {
      this.#staging.delete(key);
      return;
    }
    const before = this.#store.delete(key);
    if (before !== undefined) {
      this.#tell({ type: 'Deleted', object: this.#prepare(received) ?? before, finalStateUnknown: false });
    }
  }

  /**
   * Swaps the stores, then tells the differences: readers see the old list or the new one, never a mixture. Only those
   * are told who were there before the swap; who comes later starts from the new store.
   */
  async #replace(signal: AbortSignal): Promise<void> {
    const before = this.#store;
    const subscriptions = [...this.#subscriptions];
    const tell = (change: Change<T>) => subscriptions.forEach((subscription) => subscription.push(change));
    this.#store = this.#staging ?? before;
    this.#staging = undefined;
    const initialList = !this.synced;
    this.#synced.open();
    for (const change of differences(before, this.#store, initialList)) {
      if (this.#context.slice.spent) {
        await this.#context.slice.nextTurn();
      }
      if (signal.aborted) {
        return;
      }
      if (change !== undefined) {
        tell(change);
      }
    }
    if (initialList) {
      subscriptions.forEach((subscription) => subscription.push('InitialListEnd'));
    }
  }

  #tell(change: Change<T>): void {
    for (const subscription of this.#subscriptions) {
      subscription.push(change);
    }
  }

  /** What is stored of a received object, or undefined when it cannot be: then what is known of it stays. */
  #prepare(received: T): DeepReadonly<T> | undefined {
    try {
      const { kind } = this.kind;
      if (((received.kind as string | undefined) ?? kind) !== kind) {
        throw cacheErrors.UnexpectedObject(`expected an object of kind ${kind}, got ${received.kind}`);
      }
      const object = (this.transform ?? stripManagedFields)(received);
      // Items of a list of a built-in kind come without them.
      object.kind = kind;
      object.apiVersion = this.#apiVersion;
      this.#strings.internMetadata(object);
      return deepFreeze(object);
    } catch (error) {
      this.#log.error('Object is left out of the cache', { object: keyString(keyOf(received)), error });
      return undefined;
    }
  }

  /** The same guard for the same function, so that adding an index twice is harmless. */
  #guardedIndex(name: string, index: IndexFunction<T>): (object: DeepReadonly<T>) => readonly string[] {
    const known = this.#guards.get(index);
    if (known !== undefined) {
      return known;
    }
    const guard = (object: DeepReadonly<T>): readonly string[] => {
      try {
        return index(object);
      } catch (error) {
        this.#log.error('Index function failed', { index: name, object: keyString(keyOf(object)), error });
        return [];
      }
    };
    this.#guards.set(index, guard);
    return guard;
  }
}

/** undefined for what has not changed, so that the caller can pause there as well. */
function* differences<T extends KubeObject>(
  before: Store<DeepReadonly<T>>,
  after: Store<DeepReadonly<T>>,
  initialList: boolean,
): Generator<Change<T> | undefined> {
  for (const [key, object] of before.entries()) {
    yield after.get(key) === undefined ? { type: 'Deleted', object, finalStateUnknown: true } : undefined;
  }
  for (const [key, object] of after.entries()) {
    const known = before.get(key);
    if (known === undefined) {
      yield { type: 'Added', object, initialList };
    } else {
      yield known === object ? undefined : { type: 'Updated', before: known, object };
    }
  }
}

function isSameVersion(known: DeepReadonly<KubeObject>, received: KubeObject): boolean {
  const { uid, resourceVersion } = received.metadata;
  return (
    resourceVersion !== undefined && known.metadata.resourceVersion === resourceVersion && known.metadata.uid === uid
  );
}

function selectionOf({ namespace, labelSelector, fieldSelector }: Selection): Selection {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}
