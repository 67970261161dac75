import { callerOf, tenantExtraKeys } from '@tke/authz';
import type { SubjectAccessReviewSpec } from '@tke/meta';

import { cliErrors } from '../errors.ts';

/** A user as kube-apiserver would name him in a review, the tenant in his extra. */
export function userSpec(
  user: string,
  tenant: string,
  groups: readonly string[],
): Pick<SubjectAccessReviewSpec, 'user' | 'groups' | 'extra'> {
  const [tenantKey = ''] = tenantExtraKeys;
  return { user, groups, extra: { [tenantKey]: [tenant] } };
}

/** The keys that rows know a user by. */
export function callerSubjects(
  user: string,
  tenant: string,
  groups: readonly string[],
): readonly [string, ...string[]] {
  const caller = callerOf(userSpec(user, tenant, groups));
  if (caller.kind === 'unknownRealm') {
    throw cliErrors.UsageInvalid(`--as is ${JSON.stringify(user)}: ${caller.reason}`, {
      remedy: 'Ask kubectl auth can-i --list --as: RBAC decides on this user.',
    });
  }
  return caller.subjects;
}
