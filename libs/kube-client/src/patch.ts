/** One operation of RFC 6902. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

export type Patch =
  | { readonly type: 'json'; readonly operations: readonly JsonPatchOperation[] }
  /** RFC 7386. */
  | { readonly type: 'merge'; readonly body: object }
  /** Built-in kinds only: custom resources answer 415. */
  | { readonly type: 'strategic'; readonly body: object }
  /** Server-side apply; the request needs a `fieldManager`. */
  | { readonly type: 'apply'; readonly body: object };
