import { coreKinds } from '@tke/meta';
import type { PlanOutcome } from '@tke/plan';
import type { CacheReader } from '@tke/runtime';

/** The Secrets of an object as they are at the begin of a pass. */
export interface SeenLogin {
  /** Whether they are others than when a plan of the object came to wait for its user. */
  readonly isMended: boolean;
  note(outcome: PlanOutcome): void;
}

/**
 * Which versions of their Secrets objects had whose plans wait for their users: whoever corrects a password has done what was asked. Lost
 * with the process; then it takes the annotation for a retry.
 */
export class LoginWatch {
  readonly #cache: CacheReader;
  readonly #namespace: string;
  /** By UID of the object. */
  readonly #stalledWith = new Map<string, string>();

  /** `cache` has the Secrets of the platform's `namespace`. */
  constructor(cache: CacheReader, namespace: string) {
    this.#cache = cache;
    this.#namespace = namespace;
  }

  seenBy(uid: string, secrets: readonly string[]): SeenLogin {
    const now = this.#versionsOf(secrets);
    const before = this.#stalledWith.get(uid);
    return {
      isMended: before !== undefined && before !== now,
      note: ({ kind }) => {
        if (kind === 'stalled') {
          this.#stalledWith.set(uid, now);
        } else {
          this.#stalledWith.delete(uid);
        }
      },
    };
  }

  /** The object is gone. */
  forget(uid: string): void {
    this.#stalledWith.delete(uid);
  }

  #versionsOf(secrets: readonly string[]): string {
    const versions = secrets.toSorted().map((name) => {
      const found = this.#cache.get<coreKinds.Secret>(coreKinds.secret, { namespace: this.#namespace, name });
      return [name, found?.metadata.uid, found?.metadata.resourceVersion];
    });
    return JSON.stringify(versions);
  }
}
