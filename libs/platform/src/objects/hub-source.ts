import type { Predicate, Request, Source } from '@tke/runtime';

/** Only that an object has gone. */
export const goes: Predicate = { create: () => false, update: () => false };

/**
 * What is in members, as requests for objects of the hub in its place: two keys for one object would be worked on at the same time.
 * `requestsFor` says which objects, by the name of the Cluster and what is asked for in it.
 */
export function ofTheHub(source: Source, requestsFor: (cluster: string, name: string) => readonly Request[]): Source {
  return {
    name: source.name,
    start: (enqueue, signal) =>
      source.start(({ cluster = '', name }, options) => {
        requestsFor(cluster, name).forEach((request) => enqueue(request, options));
      }, signal),
  };
}
