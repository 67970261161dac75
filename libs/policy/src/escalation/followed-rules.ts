import type { RuleIndex } from '@tke/authz';
import { attachRules, AuthorizationState } from '@tke/authz-state';

import type { PolicyCache } from '../informers.ts';

/** The rows that decisions are made from, as far as they have been read. */
export interface FollowedRules {
  readonly index: RuleIndex;
  readonly synced: boolean;
}

/** Follows the Rules of the cache. Call it before the cache starts. */
export function followRules(cache: PolicyCache): FollowedRules {
  const state = new AuthorizationState();
  const watch = attachRules(cache, state);
  return {
    index: state.rules,
    get synced() {
      return watch.synced;
    },
  };
}

/** Nothing is read, and never will be, so that no user of a tenant can show that he holds anything. */
export function unreadRules(): FollowedRules {
  return { index: new AuthorizationState().rules, synced: false };
}
