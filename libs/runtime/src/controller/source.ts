import { kindKey, type DeepReadonly, type Kind, type KubeObject } from '@tke/meta';

import type { EventHandler, Informer } from '../cache/types.ts';
import { lowPriority, type AddOptions } from '../queue/work-queue.ts';
import type { Request } from '../reconcile.ts';
import type { Mapper } from './mappers.ts';
import type { Predicate } from './predicates.ts';

export type Enqueue = (request: Request, options?: AddOptions) => void;

/** Where a controller's requests come from: an informer, or anything else that notices change. */
export interface Source {
  /** For logs and errors. */
  readonly name: string;
  /**
   * Begins to enqueue and resolves when the initial state is enqueued. Enqueues until `signal` aborts. The controller
   * waits for it before it reconciles anything, and fails when it takes longer than the sync timeout.
   */
  start(enqueue: Enqueue, signal: AbortSignal): Promise<void>;
}

export interface InformerSource {
  informer<T extends KubeObject>(kind: Kind<T>): Informer<T>;
}

export interface KindSourceOptions<T extends KubeObject> {
  readonly cache: InformerSource;
  readonly kind: Kind<T>;
  readonly map: Mapper<T>;
  /** All of them must let an event pass. */
  readonly predicate: Predicate<T>;
  /** Stamped into every request; absent for the hub. */
  readonly cluster?: string;
}

/** The objects of one kind in one cluster. Asks for the informer at once, so that the cache can fill before the start. */
export function kindSource<T extends KubeObject>({
  cache,
  kind,
  map,
  predicate,
  cluster,
}: KindSourceOptions<T>): Source {
  const informer = cache.informer(kind);
  return {
    name: cluster === undefined ? kindKey(kind) : `${kindKey(kind)} of ${cluster}`,
    async start(enqueue, signal) {
      const add: Enqueue =
        cluster === undefined ? enqueue : (request, options) => enqueue({ ...request, cluster }, options);
      const registration = informer.addHandler(new MappingHandler(map, predicate, add));
      signal.addEventListener('abort', () => registration.remove(), { once: true });
      await registration.waitForSync(signal);
    },
  };
}

const unchanged: AddOptions = { priority: lowPriority };

class MappingHandler<T extends KubeObject> implements EventHandler<T> {
  readonly #map: Mapper<T>;
  readonly #predicate: Predicate<T>;
  readonly #enqueue: Enqueue;

  constructor(map: Mapper<T>, predicate: Predicate<T>, enqueue: Enqueue) {
    this.#map = map;
    this.#predicate = predicate;
    this.#enqueue = enqueue;
  }

  onAdd(object: DeepReadonly<T>, initialList: boolean): void {
    if (this.#predicate.create?.(object) ?? true) {
      this.#add(this.#map(object), initialList ? unchanged : undefined);
    }
  }

  onUpdate(before: DeepReadonly<T>, after: DeepReadonly<T>): void {
    if (before.metadata.uid !== after.metadata.uid) {
      // Generations of two objects must not be compared: both may well be 1.
      this.onDelete(before);
      this.onAdd(after, false);
      return;
    }
    if (this.#predicate.update?.(before, after) ?? true) {
      const resync = before.metadata.resourceVersion === after.metadata.resourceVersion;
      if (!resync) {
        this.#add(this.#map(before), undefined);
      }
      this.#add(this.#map(after, before), resync ? unchanged : undefined);
    }
  }

  onDelete(lastKnown: DeepReadonly<T>): void {
    if (this.#predicate.delete?.(lastKnown) ?? true) {
      this.#add(this.#map(lastKnown), undefined);
    }
  }

  #add(requests: readonly Request[], options: AddOptions | undefined): void {
    for (const request of requests) {
      this.#enqueue(request, options);
    }
  }
}
