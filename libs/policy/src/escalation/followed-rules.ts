import { rule } from '@tke/api-auth';
import type { HeldRows } from '@tke/authz';
import { attachRules, AuthorizationState } from '@tke/authz-state';
import type { CacheReader } from '@tke/runtime';

import type { PolicyCache } from '../informers.ts';
import { projectLinkIndex } from './rule-indexes.ts';

/** The rows that decisions are made from, as far as they have been read. */
export interface FollowedRules extends HeldRows {
  readonly synced: boolean;
}

/** Follows the Rules of the cache. Call it before the cache starts. */
export function followRules(cache: PolicyCache): FollowedRules {
  const state = new AuthorizationState();
  const watch = attachRules(cache, state);
  return {
    index: state.rules,
    linksInProjects: (member) => linksInProjects(cache, member),
    get synced() {
      return watch.synced;
    },
  };
}

/** Nothing is read, and never will be, so that no user of a tenant can show that he holds anything. */
export function unreadRules(): FollowedRules {
  return { index: new AuthorizationState().rules, linksInProjects: () => [], synced: false };
}

function linksInProjects(cache: CacheReader, member: string) {
  const links = cache.list(rule, { index: { name: projectLinkIndex, value: member } });
  return links.map(({ spec }) => ({ role: spec.v1 ?? '', domain: spec.v2 ?? '' }));
}
