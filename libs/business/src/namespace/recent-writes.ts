import { compareResourceVersions, keyString, type DeepReadonly, type KubeObject, type ObjectKey } from '@tke/meta';
import type { Clock } from '@tke/time';

/** Long enough for a watch under load to bring what was written. */
const lifetimeMs = 10_000;

/**
 * What was just written to members, until their watches have brought it: a pass that looks into the cache before that would write it
 * again.
 */
export class RecentWrites {
  readonly #clock: Clock;
  readonly #written = new Map<string, DeepReadonly<KubeObject>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(cluster: string, kind: string, object: DeepReadonly<KubeObject>): void {
    const { namespace, name = '' } = object.metadata;
    const key = keyFor(cluster, kind, { name, ...(namespace !== undefined && { namespace }) });
    this.#written.set(key, object);
    this.#clock.setTimer(lifetimeMs, () => {
      if (this.#written.get(key) === object) {
        this.#written.delete(key);
      }
    });
  }

  /** Nothing is written there that still exists. */
  forget(cluster: string, kind: string, key: ObjectKey): void {
    this.#written.delete(keyFor(cluster, kind, key));
  }

  /** The newer one of what was written and what the cache has. */
  newest<T extends DeepReadonly<KubeObject>>(
    cluster: string,
    kind: string,
    key: ObjectKey,
    cached: T | undefined,
  ): T | undefined {
    const written = this.#written.get(keyFor(cluster, kind, key)) as T | undefined;
    if (written === undefined || cached === undefined) {
      return cached ?? written;
    }
    return compareResourceVersions(versionOf(cached), versionOf(written)) < 0 ? written : cached;
  }
}

function keyFor(cluster: string, kind: string, key: ObjectKey): string {
  return `${cluster} ${kind} ${keyString(key)}`;
}

function versionOf({ metadata }: DeepReadonly<KubeObject>): string {
  return metadata.resourceVersion ?? '';
}
