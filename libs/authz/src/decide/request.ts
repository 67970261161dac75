import type { NameShape } from '../pattern/overlap.ts';

/** A question in the terms of the rows. */
export interface AccessRequest {
  /** Keys of the caller: the user first, then everyone of the tenant and the groups. */
  readonly subjects: readonly [string, ...string[]];
  /** Project that owns what is asked for; empty for none. */
  readonly domain: string;
  readonly object: string;
  readonly action: string;
  /** A further spelling of the action that a deny may use; an allow may not. */
  readonly deniedAs?: string | undefined;
  /** The verb the action begins with, as Kubernetes calls it. */
  readonly verb: string;
  /**
   * When all objects of a collection are asked for: what their names look like. A deny on one of them is a deny on the
   * collection.
   */
  readonly members?: readonly NameShape[];
}
