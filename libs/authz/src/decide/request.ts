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

// A token of a service account is the service account: an ordinary create by its verb, an impersonation by what it lends.
const reservedActions: ReadonlySet<string> = new Set(['createServiceaccountToken']);

/**
 * The beginning that an action pattern must spell out to allow the request; undefined when any pattern may. A deny needs
 * no such spelling.
 */
export function reservedWord({ verb, action }: Pick<AccessRequest, 'verb' | 'action'>): string | undefined {
  if (!ordinaryVerbs.has(verb)) {
    return verb;
  }
  return reservedActions.has(action) ? action : undefined;
}
