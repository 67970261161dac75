import type { Charge, Project } from '@tke/api-business';
import { keyOf, type DeepReadonly } from '@tke/meta';
import { jsonEqual, type Cache, type Enqueue, type EventHandler, type Source } from '@tke/runtime';

import { isUnfinished } from '../objects/is-unfinished.ts';
import { namespaceKind, projectKind, type ProjectObject } from '../objects/kinds.ts';

/**
 * The Namespaces that a change of their project concerns: those whose charge changed, and those that wait for something. Not all of them at
 * each write of the ledger: a project has up to a thousand.
 */
export function projectSource(cache: Cache): Source {
  return {
    name: 'projects of namespaces',
    async start(enqueue, signal) {
      const registration = cache.informer(projectKind).addHandler(new ProjectHandler(cache, enqueue));
      signal.addEventListener('abort', () => registration.remove(), { once: true });
      await registration.waitForSync(signal);
    },
  };
}

class ProjectHandler implements EventHandler<Project> {
  readonly #cache: Cache;
  readonly #enqueue: Enqueue;

  constructor(cache: Cache, enqueue: Enqueue) {
    this.#cache = cache;
    this.#enqueue = enqueue;
  }

  onAdd(object: ProjectObject, initialList: boolean): void {
    // Those of the initial list are enqueued by their own.
    if (!initialList) {
      this.#waiting(object);
    }
  }

  onUpdate(before: ProjectObject, after: ProjectObject): void {
    const { name: namespace = '' } = after.metadata;
    const known = namespaceCharges(before);
    for (const [name, charge] of namespaceCharges(after)) {
      if (!jsonEqual(charge, known.get(name))) {
        this.#enqueue({ namespace, name });
      }
      known.delete(name);
    }
    for (const name of known.keys()) {
      this.#enqueue({ namespace, name });
    }
    if (before.metadata.resourceVersion !== after.metadata.resourceVersion) {
      this.#waiting(after);
    }
  }

  onDelete(object: ProjectObject): void {
    this.#waiting(object);
  }

  #waiting({ metadata: { name: namespace = '' } }: ProjectObject): void {
    this.#cache
      .list(namespaceKind, { namespace })
      .filter(isUnfinished)
      .forEach((claimant) => this.#enqueue(keyOf(claimant)));
  }
}

function namespaceCharges({ status }: ProjectObject): Map<string, DeepReadonly<Charge>> {
  const charges = (status?.charges ?? []).filter(({ kind }) => kind === 'Namespace');
  return new Map(charges.map((charge) => [charge.name, charge]));
}
