import { compareResourceVersions, type DeepReadonly, type KubeObject } from '@tke/meta';
import type { Clock } from '@tke/time';

/** Long enough for a watch under load to bring what was written. */
const lifetimeMs = 10_000;

/**
 * The objects a controller has just written, until the watch has brought them: a pass that begins before that would compute from the state
 * of before, write the same again, and meet a conflict.
 */
export class OwnWrites<T extends DeepReadonly<KubeObject>> {
  readonly #clock: Clock;
  /** By UID. */
  readonly #written = new Map<string, T>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(object: T | undefined): void {
    const { uid } = object?.metadata ?? {};
    if (object === undefined || uid === undefined) {
      return;
    }
    this.#written.set(uid, object);
    this.#clock.setTimer(lifetimeMs, () => {
      if (this.#written.get(uid) === object) {
        this.#written.delete(uid);
      }
    });
  }

  /** The newer one of what the cache has and what was written. */
  newest(cached: T): T {
    const written = this.#written.get(cached.metadata.uid ?? '');
    return written !== undefined && compareResourceVersions(versionOf(cached), versionOf(written)) < 0
      ? written
      : cached;
  }
}

function versionOf({ metadata }: DeepReadonly<KubeObject>): string {
  return metadata.resourceVersion ?? '';
}
