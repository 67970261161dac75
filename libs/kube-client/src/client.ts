import type { Kind, KubeObject, ObjectKey, ObjectList } from '@tke/meta';

import type { Patch } from './patch.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface SelectorOptions extends CallOptions {
  /** Absent: all namespaces. Ignored for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ListOptions extends SelectorOptions {
  /** Items per page. Default 500, as client-go's pager. */
  readonly limit?: number;
  /** Absent: a consistent read. `0`: whatever the server has cached. */
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

export interface WriteOptions extends CallOptions {
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  /** Default `Strict`: an unknown or duplicate field is an error, not a silent loss. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  /** E.g. `status`, `finalize`, `token`. */
  readonly subresource?: string;
}

export interface PatchOptions extends WriteOptions {
  /** Server-side apply only: take fields over from other managers. */
  readonly force?: boolean;
}

export interface DeleteOptions extends CallOptions {
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

export interface WatchOptions extends SelectorOptions {
  readonly resourceVersion?: string;
  /** Server-side end of the stream in seconds. The reflector picks 300 to 600 at random, as client-go. */
  readonly timeoutSeconds?: number;
  /** Streaming list: the server sends the present state first, closed by a bookmark with `initialEventsEnd`. */
  readonly sendInitialEvents?: boolean;
  /** Milliseconds without a byte after which the stream counts as dead. Default: timeoutSeconds + 5 s. */
  readonly idleTimeoutMs?: number;
}

/** An ERROR event of the stream is thrown as the `KubeApiError` of its Status, never yielded. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean };

/**
 * Reads and watches objects of one cluster. Every method rejects with `KubeApiError` or `KubeTransportError`, or with AddressDenied where
 * a guard keeps it from connecting.
 */
export interface Reader {
  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, options?: CallOptions): Promise<T>;
  /** All pages as one list. A token that expired between pages (410) restarts as one full list, as client-go's pager. */
  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<ObjectList<T>>;
  /** Page by page, yielding to the event loop between pages. */
  listPages<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): AsyncIterable<ObjectList<T>>;
  watch<T extends KubeObject>(kind: Kind<T>, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
}

export interface Writer {
  create<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T>;
  /** PUT: needs `metadata.resourceVersion` for optimistic locking, or overwrites where the kind allows it. */
  update<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, patch: Patch, options?: PatchOptions): Promise<T>;
  /** Resolves with the object where the server returned one (finalizers pending), otherwise undefined. */
  delete<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, options?: DeleteOptions): Promise<T | undefined>;
  deleteCollection(kind: Kind, options: SelectorOptions & DeleteOptions): Promise<void>;
}

export interface RawRequest extends CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query below the server's root. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A connection to one cluster. */
export interface Client extends Reader, Writer {
  /** For endpoints without a kind (`/readyz`, `/version`, discovery). Resolves with the parsed JSON or the text. */
  request(request: RawRequest): Promise<unknown>;
  /** Frees the sockets. Requests in flight are aborted. */
  close(): Promise<void>;
}
