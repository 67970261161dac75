import type { BusinessNamespace } from '@tke/api-business';
import type { Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { keyString, keyOf, type DeepReadonly, type ObjectKey } from '@tke/meta';
import { Cache } from '@tke/runtime';

import { isDone, namespaceKind } from './world.ts';

type Namespace = DeepReadonly<BusinessNamespace>;

/** Knows which Namespaces are done, by a watch of its own. */
export class Watcher {
  readonly #cache: Cache;
  readonly #done = new Set<string>();
  readonly #waiting = new Set<() => void>();

  constructor(hub: Client) {
    this.#cache = new Cache({ reader: hub, logger: discardLogger });
    this.#cache.informer(namespaceKind).addHandler({
      onAdd: (object) => this.#saw(object),
      onUpdate: (_, object) => this.#saw(object),
    });
  }

  async start(signal: AbortSignal): Promise<void> {
    void this.#cache.start(signal);
    await this.#cache.waitForSync(signal);
  }

  get doneCount(): number {
    return this.#done.size;
  }

  async untilDone(count: number): Promise<void> {
    await this.#until(() => this.#done.size >= count);
  }

  /** Done in the generation, or a later one. */
  async untilDoneIn(key: ObjectKey, generation: number): Promise<void> {
    await this.#until(() => {
      const object = this.#cache.get(namespaceKind, key);
      return object !== undefined && isDone(object) && (object.metadata.generation ?? 0) >= generation;
    });
  }

  #saw(object: Namespace): void {
    const key = keyString(keyOf(object));
    if (isDone(object)) {
      this.#done.add(key);
    } else {
      this.#done.delete(key);
    }
    this.#waiting.forEach((check) => check());
  }

  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (condition()) {
          this.#waiting.delete(check);
          resolve();
        }
      };
      this.#waiting.add(check);
      check();
    });
  }
}
