import { rule } from '@tke/api-auth';
import type { KubeObject } from '@tke/meta';
import type { Cache, HandlerRegistration, Informer } from '@tke/runtime';

import { followed, followedRules, type Followed } from './followed.ts';
import type { AuthorizationState } from './state.ts';

export interface AuthorizationWatch {
  /** Whether everything was read once. */
  readonly synced: boolean;
}

/** Keeps the state up to date by watches of `followedKinds`. Only what is needed of each object is kept in the cache. */
export function watchAuthorization(cache: Pick<Cache, 'informer'>, state: AuthorizationState): AuthorizationWatch {
  const registrations = followed.map((each) => {
    const { kind, labelSelector } = each;
    const transform = (object: KubeObject) => each.slim(object);
    return attach(
      cache.informer(kind, { transform, ...(labelSelector === undefined ? {} : { labelSelector }) }),
      each,
      state,
    );
  });
  return {
    get synced() {
      return registrations.every(({ synced }) => synced);
    },
  };
}

/** Keeps the rows of the state up to date from the Rules of a cache that holds them for other purposes too. */
export function attachRules(cache: Pick<Cache, 'informer'>, state: AuthorizationState): AuthorizationWatch {
  return attach(cache.informer(rule), followedRules, state);
}

function attach<T extends KubeObject>(
  informer: Informer<T>,
  kept: Followed<T>,
  state: AuthorizationState,
): HandlerRegistration {
  return informer.addHandler({
    onAdd: (object) => kept.set(state, object),
    onUpdate: (before, after) => {
      // Another object in place of the old one may be about something else, under the same name.
      if (before.metadata.uid !== after.metadata.uid) {
        kept.unset(state, before);
      }
      kept.set(state, after);
    },
    onDelete: (object) => kept.unset(state, object),
  });
}
