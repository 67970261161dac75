import type { Reader, WatchEvent } from '@tke/kube-client';
import { kindKey, type Kind, type KubeObject } from '@tke/meta';

/** An apiserver with streaming lists, of objects that tests put there. */
export class ObjectServer implements Reader {
  /** Resources that were ever watched. */
  readonly watched = new Set<string>();
  readonly #objects = new Map<string, KubeObject>();
  readonly #watches = new Set<{ readonly resource: string; send(event: WatchEvent<KubeObject>): void }>();
  readonly #held: string | undefined;
  #version = 1;

  /** @param held a resource whose list never ends. */
  constructor(held?: Kind) {
    this.#held = held && kindKey(held);
  }

  put(kind: Kind, name: string, content: Record<string, unknown> = {}, metadata: KubeObject['metadata'] = {}): void {
    const key = `${kindKey(kind)}/${name}`;
    const type = this.#objects.has(key) ? 'MODIFIED' : 'ADDED';
    const resourceVersion = String(++this.#version);
    const object = {
      apiVersion: `${kind.group}/${kind.version}`,
      kind: kind.kind,
      metadata: { name, resourceVersion, ...metadata },
      ...content,
    };
    this.#objects.set(key, object);
    this.#send(kindKey(kind), { type, object });
  }

  delete(kind: Kind, name: string): void {
    const key = `${kindKey(kind)}/${name}`;
    const object = this.#objects.get(key);
    if (object !== undefined) {
      this.#objects.delete(key);
      // What is deleted comes with the version of its deletion.
      const metadata = { ...object.metadata, resourceVersion: String(++this.#version) };
      this.#send(kindKey(kind), { type: 'DELETED', object: { ...object, metadata } });
    }
  }

  bookmark(kind: Kind): void {
    this.#send(kindKey(kind), this.#bookmark(false));
  }

  async *watch<T extends KubeObject>(
    kind: Kind<T>,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<WatchEvent<T>> {
    const resource = kindKey(kind);
    const events: WatchEvent<KubeObject>[] = [...this.#objects]
      .filter(([key]) => key.startsWith(`${resource}/`))
      .map(([, object]) => ({ type: 'ADDED', object }));
    if (resource !== this.#held) {
      events.push(this.#bookmark(true));
    }
    let wake: () => void = () => undefined;
    this.watched.add(resource);
    this.#watches.add({
      resource,
      send: (event) => {
        events.push(event);
        wake();
      },
    });
    signal?.addEventListener('abort', () => wake(), { once: true });
    while (signal?.aborted !== true) {
      yield* events.splice(0) as WatchEvent<T>[];
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (events.length > 0 || signal?.aborted === true) {
          resolve();
        }
      });
    }
  }

  listPages(): never {
    throw new Error('lists are streamed');
  }

  get(): never {
    throw new Error('nothing is read but by watches');
  }

  list(): never {
    throw new Error('lists are streamed');
  }

  #bookmark(initialEventsEnd: boolean): WatchEvent<KubeObject> {
    return { type: 'BOOKMARK', resourceVersion: String(this.#version), initialEventsEnd };
  }

  #send(resource: string, event: WatchEvent<KubeObject>): void {
    for (const watch of this.#watches) {
      if (watch.resource === resource) {
        watch.send(event);
      }
    }
  }
}
