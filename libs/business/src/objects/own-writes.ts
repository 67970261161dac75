import {
  compareResourceVersions,
  keyOf,
  keyString,
  type DeepReadonly,
  type KubeObject,
  type ObjectKey,
} from '@tke/meta';
import type { Clock } from '@tke/time';

/** Long enough for a watch under load to bring what was written. */
const lifetimeMs = 10_000;

/**
 * The objects a controller has just written, until the watch has brought them: a pass that begins before that would compute from the state
 * of before, write the same again, and meet a conflict. `scope` tells objects of the same name apart, by cluster and kind; a controller
 * that notes one kind of one cluster needs none.
 */
export class OwnWrites<T extends DeepReadonly<KubeObject> = DeepReadonly<KubeObject>> {
  readonly #clock: Clock;
  readonly #written = new Map<string, T>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(object: T | undefined, scope = ''): void {
    if (object === undefined) {
      return;
    }
    const id = idOf(keyOf(object), scope);
    this.#written.set(id, object);
    this.#clock.setTimer(lifetimeMs, () => {
      if (this.#written.get(id) === object) {
        this.#written.delete(id);
      }
    });
  }

  /** Nothing is written there that still exists. */
  forget(key: ObjectKey, scope = ''): void {
    this.#written.delete(idOf(key, scope));
  }

  /** The newer one of what the cache has and what was written. */
  newest(cached: T): T {
    return this.newestAt(keyOf(cached), '', cached) ?? cached;
  }

  /** The same where the cache may have nothing yet. `K`: what kind is in that scope. */
  newestAt<K extends T>(key: ObjectKey, scope: string, cached: K | undefined): K | undefined {
    const written = this.#written.get(idOf(key, scope)) as K | undefined;
    if (written === undefined || cached === undefined) {
      return cached ?? written;
    }
    return compareResourceVersions(versionOf(cached), versionOf(written)) < 0 ? written : cached;
  }
}

function idOf(key: ObjectKey, scope: string): string {
  return `${scope} ${keyString(key)}`;
}

function versionOf({ metadata }: DeepReadonly<KubeObject>): string {
  return metadata.resourceVersion ?? '';
}
