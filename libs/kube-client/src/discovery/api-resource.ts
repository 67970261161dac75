import type { Kind } from '@tke/meta';

export interface ApiSubresource {
  /** E.g. `status`. */
  readonly name: string;
  readonly verbs: readonly string[];
}

/** One resource in one version. */
export interface ServedResource extends Kind {
  readonly singular: string;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly ApiSubresource[];
}

export interface ApiResource extends ServedResource {
  /** Whether this is the version the server prefers among those of the group that have the resource. */
  readonly preferred: boolean;
}

/** What a server serves. */
export interface ApiSurface {
  /** The versions of a group are in the server's order of preference. */
  readonly resources: readonly ServedResource[];
  /** `group/version` of what could not be asked for, e.g. because an aggregated server is down. */
  readonly unavailable: readonly string[];
}

/** Marks the first version of each resource. */
export function markPreferred(resources: readonly ServedResource[]): ApiResource[] {
  const seen = new Set<string>();
  return resources.map((resource) => {
    const key = `${resource.plural}.${resource.group}`;
    const preferred = !seen.has(key);
    seen.add(key);
    return { ...resource, preferred };
  });
}
