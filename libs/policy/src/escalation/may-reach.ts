import { Holder, WorkBudget } from '@tke/authz';
import type { CacheReader } from '@tke/runtime';
import type { MayReach } from '@tke/webhook';

import { callerTenant } from '../admission/caller.ts';
import { CacheDirectory } from '../directory.ts';
import { escalationErrors } from './errors.ts';
import type { FollowedRules } from './followed-rules.ts';

const maxSteps = 100_000;

/**
 * Whether callers may do to other objects what a request does to them through the one that it writes: the API server asks about that one
 * only. Everything for the platform's own identities, nothing for credentials of several tenants.
 * @throws RulesNotSynced when what the caller holds is not known yet.
 */
export function mayReach(cache: CacheReader, rules: FollowedRules): MayReach {
  return (userInfo, { attributes, domain }) => {
    const caller = callerTenant(userInfo);
    if (caller.kind !== 'tenant') {
      return caller.kind === 'platform';
    }
    if (!rules.synced) {
      throw escalationErrors.RulesNotSynced('what the caller holds is not known yet');
    }
    const { user } = caller;
    const administers = new CacheDirectory(cache).administers(user);
    return new Holder(user, administers, rules.index, new WorkBudget(maxSteps)).may(attributes, domain);
  };
}
