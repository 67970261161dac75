import { cluster } from '@tke/api-platform';
import type { Reader, WatchEvent, WatchOptions } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import type { Kind, KubeObject } from '@tke/meta';
import { Cache } from '@tke/runtime';

import { indexProjects, namespaceKind } from '../project/kinds.ts';

/** A synced cache that holds the given objects: Clusters, Projects and Namespaces, with their indexes. Ends with the signal. */
export async function cacheOf(objects: readonly KubeObject[], signal: AbortSignal): Promise<Cache> {
  const cache = new Cache({ reader: new StaticReader(objects), logger: discardLogger });
  cache.informer(cluster);
  indexProjects(cache);
  cache.informer(namespaceKind);
  void cache.start(signal);
  await cache.waitForSync(signal);
  return cache;
}

/** Serves streaming lists of objects that never change. */
class StaticReader implements Reader {
  readonly #objects: readonly KubeObject[];

  constructor(objects: readonly KubeObject[]) {
    this.#objects = objects.map((object, index) => ({
      ...object,
      metadata: { uid: `uid-${index + 1}`, resourceVersion: '1', generation: 1, ...object.metadata },
    }));
  }

  get(): never {
    throw new Error('not served');
  }

  list(): never {
    throw new Error('not served');
  }

  listPages(): never {
    throw new Error('not served');
  }

  async *watch<T extends KubeObject>(kind: Kind<T>, { signal }: WatchOptions = {}): AsyncIterable<WatchEvent<T>> {
    for (const object of this.#objects.filter((each) => each.kind === kind.kind)) {
      yield { type: 'ADDED', object: structuredClone(object) as T };
    }
    yield { type: 'BOOKMARK', resourceVersion: '1', initialEventsEnd: true };
    await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
  }
}
