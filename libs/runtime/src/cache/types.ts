import type { DeepReadonly, Kind, KubeObject, ObjectKey } from '@tke/meta';

/** Computes the values under which an index lists an object. Must be pure: it runs again on every change. */
export type IndexFunction<T extends KubeObject> = (object: DeepReadonly<T>) => readonly string[];

export interface CacheListOptions {
  readonly namespace?: string;
  /** Exact match on one named index of the informer. */
  readonly index?: { readonly name: string; readonly value: string };
}

/**
 * Reads of what the watches have brought so far: synchronous, never live. The objects are the cache's own and deeply
 * frozen. Instead of answering with a guess, they throw `CacheNotStarted`, `KindNotCached`, `NamespaceNotCached` or
 * `IndexNotFound` (each a `Bug`), and `CacheNotSynced` (`Retryable`: an informer added late is still listing).
 */
export interface CacheReader {
  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): DeepReadonly<T> | undefined;
  list<T extends KubeObject>(kind: Kind<T>, options?: CacheListOptions): readonly DeepReadonly<T>[];
}

/** The part of a kind that is watched. */
export interface Selection {
  /** Default: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** What an informer holds of its kind. */
export interface InformerOptions<T extends KubeObject = KubeObject> extends Selection {
  /** Runs on each received object before it is stored; may change it in place. Default strips `managedFields`. */
  readonly transform?: (object: T) => T;
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
}

/**
 * Reacts to changes of one kind. Calls come one at a time, in order per object, never during `addHandler`. Calls are
 * synchronous; what they throw is logged and concerns nobody else.
 */
export interface EventHandler<T extends KubeObject = KubeObject> {
  /** `initialList` is true for objects that were there when this handler was added or the cache started. */
  onAdd?(object: DeepReadonly<T>, initialList: boolean): void;
  /** May carry two different uids: a deletion and re-creation that the watch saw as one step. */
  onUpdate?(before: DeepReadonly<T>, after: DeepReadonly<T>): void;
  /** `finalStateUnknown`: the deletion was found missing by a relist, and `lastKnown` may be older than the end. */
  onDelete?(lastKnown: DeepReadonly<T>, finalStateUnknown: boolean): void;
}

export interface HandlerRegistration {
  /** Whether the whole initial list was delivered to this handler. */
  readonly synced: boolean;
  /** Resolves when `synced`; rejects with the signal's reason when it aborts first. */
  waitForSync(signal: AbortSignal): Promise<void>;
  /** Ends delivery to this handler at once. */
  remove(): void;
}

/** The watch of one kind, shared by all who ask for that kind. */
export interface Informer<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  /** Whether the store has held one complete list. Handlers may still be behind. */
  readonly synced: boolean;
  /** May be called at any time; a late handler receives the present objects as adds of its own initial list. */
  addHandler(handler: EventHandler<T>): HandlerRegistration;
  /** May be called at any time; built from the stored objects. Throws `IndexConflict` when the name is taken by another function. */
  addIndex(name: string, index: IndexFunction<T>): void;
}

/** What a cache counts, by resource (`policies.auth.tkestack.io`). */
export interface CacheMetrics {
  /** A complete list was begun: once at the start, again when a watch could not go on. */
  listStarted(resource: string): void;
  /** A watch was begun without a list before it. */
  watchStarted(resource: string): void;
}
