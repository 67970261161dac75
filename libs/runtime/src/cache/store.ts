import type { DeepReadonly, KubeObject } from '@tke/meta';

import { cacheErrors } from './errors.ts';
import { ObjectIndex } from './object-index.ts';

type IndexOf<O> = (object: O) => readonly string[];

/** Objects of one kind by key, by namespace and by named indexes. Knows nothing of watches. */
export class Store<O extends DeepReadonly<KubeObject>> {
  readonly #objects = new Map<string, O>();
  readonly #byNamespace = new ObjectIndex<O>((object) => [object.metadata.namespace ?? '']);
  readonly #indexes = new Map<string, ObjectIndex<O>>();
  readonly #namespaced: boolean;

  constructor(namespaced: boolean) {
    this.#namespaced = namespaced;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): O | undefined {
    return this.#objects.get(key);
  }

  entries(): IterableIterator<[string, O]> {
    return this.#objects.entries();
  }

  all(): O[] {
    return [...this.#objects.values()];
  }

  inNamespace(namespace: string): readonly O[] {
    return this.#byNamespace.get(namespace);
  }

  byIndex(name: string, value: string): readonly O[] {
    const index = this.#indexes.get(name);
    if (index === undefined) {
      throw cacheErrors.IndexNotFound(`no index is named ${name}; there are: ${[...this.#indexes.keys()].join(', ')}`);
    }
    return index.get(value);
  }

  /** Idempotent for the same function; another function under the same name is an `IndexConflict`. */
  addIndex(name: string, valuesOf: IndexOf<O>): void {
    const present = this.#indexes.get(name);
    if (present !== undefined) {
      if (present.valuesOf !== valuesOf) {
        throw cacheErrors.IndexConflict(`the index ${name} exists with another function`);
      }
      return;
    }
    const index = new ObjectIndex(valuesOf);
    for (const object of this.#objects.values()) {
      index.add(object);
    }
    this.#indexes.set(name, index);
  }

  /** Returns what was there before. */
  set(key: string, object: O): O | undefined {
    const before = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const index of this.#allIndexes()) {
      if (before !== undefined) {
        index.remove(before);
      }
      index.add(object);
    }
    return before;
  }

  delete(key: string): O | undefined {
    const before = this.#objects.get(key);
    if (before === undefined) {
      return undefined;
    }
    this.#objects.delete(key);
    for (const index of this.#allIndexes()) {
      index.remove(before);
    }
    return before;
  }

  /** An empty store with the same indexes. */
  emptyCopy(): Store<O> {
    const copy = new Store<O>(this.#namespaced);
    for (const [name, { valuesOf }] of this.#indexes) {
      copy.addIndex(name, valuesOf);
    }
    return copy;
  }

  *#allIndexes(): Iterable<ObjectIndex<O>> {
    if (this.#namespaced) {
      yield this.#byNamespace;
    }
    yield* this.#indexes.values();
  }
}
