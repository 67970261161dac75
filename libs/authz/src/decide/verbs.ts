import type { AccessRequest } from './request.ts';

/** Verbs that only look. */
export const readVerbs: readonly string[] = ['get', 'list', 'watch'];

/** Verbs that read or change objects. */
export const resourceVerbs: readonly string[] = [
  ...readVerbs,
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
];

/** HTTP methods that are no verbs of resources: what requests for a path may have. */
const pathVerbs: readonly string[] = ['post', 'put', 'head', 'options'];

// Others (those below, whatever comes) lend power over something else than the object: `*`, written for the ordinary
// ones, must not hand them out.
const ordinaryVerbs: ReadonlySet<string> = new Set([...resourceVerbs, ...pathVerbs]);

/** What Kubernetes reserves today. Decisions reserve all that is not ordinary; a text must be told where the verb ends. */
export const reservedVerbs: ReadonlySet<string> = new Set([
  'impersonate',
  'bind',
  'escalate',
  'approve',
  'sign',
  'attest',
  'use',
]);

// A token of a service account is the service account: an ordinary create by its verb, an impersonation by what it lends.
export const reservedActions: ReadonlySet<string> = new Set(['createServiceaccountToken']);

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
