import type { NameShape } from '../pattern/overlap.ts';

/** A question in the terms of the rows. */
export interface AccessRequest {
  /** Keys of the caller: the user first, then everyone of the tenant and the groups. */
  readonly subjects: readonly [string, ...string[]];
  /** Project that owns what is asked for; empty for none. */
  readonly domain: string;
  readonly object: string;
  readonly action: string;
  /** The verb the action begins with, as Kubernetes calls it. */
  readonly verb: string;
  /**
   * When all objects of a collection are asked for: what their names look like. A deny on one of them is a deny on the
   * collection.
   */
  readonly members?: readonly NameShape[];
}

// Verbs that read or change objects. Others (impersonate, bind, escalate, approve, sign, attest, use, whatever comes)
// lend power over something else than the object: `*`, written for the ordinary ones, must not hand them out.
const ordinaryVerbs: ReadonlySet<string> = new Set([
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  // HTTP methods, the verbs of requests for a path.
  'post',
  'put',
  'head',
  'options',
]);

/** Whether only a pattern that spells the verb out may allow it. A deny needs no such spelling. */
export function isReservedVerb(verb: string): boolean {
  return !ordinaryVerbs.has(verb);
}
