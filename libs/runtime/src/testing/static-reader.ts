import type { Reader, WatchEvent, WatchOptions } from '@tke/kube-client';
import type { Kind, KubeObject } from '@tke/meta';

/** Serves streaming lists of objects that never change. Of label selectors it knows those of labels that must be there. */
export class StaticReader implements Reader {
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

  async *watch<T extends KubeObject>(kind: Kind<T>, options: WatchOptions = {}): AsyncIterable<WatchEvent<T>> {
    const { namespace, labelSelector, signal } = options;
    const isSelected = ({ metadata }: KubeObject) =>
      (namespace === undefined || metadata.namespace === namespace) &&
      (labelSelector === undefined || metadata.labels?.[labelSelector] !== undefined);
    for (const object of this.#objects.filter((each) => each.kind === kind.kind && isSelected(each))) {
      yield { type: 'ADDED', object: structuredClone(object) as T };
    }
    yield { type: 'BOOKMARK', resourceVersion: '1', initialEventsEnd: true };
    await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
  }
}
