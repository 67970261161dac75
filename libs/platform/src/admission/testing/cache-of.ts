import type { Reader, WatchEvent, WatchOptions } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import type { Kind, KubeObject } from '@tke/meta';
import { Cache } from '@tke/runtime';

import { registerAdmissionInformers } from '../informers.ts';

/** A synced cache that holds the given objects as far as admission asks for them. Ends with the signal. */
export async function cacheOf(objects: readonly KubeObject[], namespace: string, signal: AbortSignal): Promise<Cache> {
  const cache = new Cache({ reader: new StaticReader(objects), logger: discardLogger });
  registerAdmissionInformers(cache, namespace);
  void cache.start(signal);
  await cache.waitForSync(signal);
  return cache;
}

/** Serves streaming lists of objects that never change. */
class StaticReader implements Reader {
  readonly #objects: readonly KubeObject[];

  constructor(objects: readonly KubeObject[]) {
    this.#objects = objects;
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

  async *watch<T extends KubeObject>(kind: Kind<T>, options: WatchOptions = {}): AsyncIterable<WatchEvent<T>> {
    const { namespace, labelSelector, signal } = options;
    // Selectors of labels that must be there, whatever their value.
    const isSelected = ({ metadata }: KubeObject) =>
      (namespace === undefined || metadata.namespace === namespace) &&
      (labelSelector === undefined || metadata.labels?.[labelSelector] !== undefined);
    for (const object of this.#objects.filter((each) => each.kind === kind.kind && isSelected(each))) {
      const metadata = { uid: `uid-${object.metadata.name ?? ''}`, resourceVersion: '1', ...object.metadata };
      yield { type: 'ADDED', object: { ...structuredClone(object), metadata } as T };
    }
    yield { type: 'BOOKMARK', resourceVersion: '1', initialEventsEnd: true };
    await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
  }
}
