import { callerOf, heldPolicies, WorkBudget } from '@tke/authz';
import type { CacheReader } from '@tke/runtime';
import type { TellStanding } from '@tke/webhook';

import { CacheDirectory } from '../directory.ts';
import { escalationErrors } from '../escalation/errors.ts';
import type { FollowedRules } from '../escalation/followed-rules.ts';

/** Everybody may ask as often as he likes, and nothing else is answered meanwhile. */
const maxLinks = 20_000;

/**
 * What callers are to the platform, as decisions know them.
 * @throws RulesNotSynced when what the caller holds is not known yet, TooMuchToCompare when he holds by more than 20,000 links.
 */
export function tellStanding(cache: CacheReader, rules: FollowedRules): TellStanding {
  const directory = new CacheDirectory(cache);
  return ({ username, groups, extra }) => {
    const caller = callerOf({ user: username, groups, extra });
    if (caller.kind !== 'tenantUser') {
      return { kind: 'other', reason: caller.reason };
    }
    if (!rules.synced) {
      throw escalationErrors.RulesNotSynced('what the caller holds is not known yet');
    }
    const { tenant, subjects } = caller;
    if (directory.tenant(tenant) === undefined) {
      return { kind: 'other', reason: `"${tenant}" is no tenant of this platform` };
    }
    const policies = heldPolicies(rules.index, subjects, new WorkBudget(maxLinks));
    return { kind: 'tenantUser', tenant, administrator: directory.administers(caller), policies };
  };
}
