import { oneLine, reasonOf, type Decision } from '../decide/decision.ts';
import type { AccessRequest } from '../decide/request.ts';
import { reservedWord } from '../decide/verbs.ts';
import type { Tenant } from './directories.ts';
import type { Verdict } from './verdict.ts';

/** Whether the user administers the tenant and needs no row for this. What is reserved, only rows give. */
export function administers(
  tenant: Tenant | undefined,
  user: string,
  asked: Pick<AccessRequest, 'verb' | 'action'>,
): boolean {
  return tenant?.administrators.has(user) === true && reservedWord(asked) === undefined;
}

/**
 * The answer that the rows' decision leads to: what they do not deny, an administrator may.
 * @param administrator the caller, if he administers the tenant and needs no row for this.
 */
export function verdictOf(
  decision: Decision,
  request: AccessRequest,
  administrator: { readonly tenant: string; readonly user: string } | undefined,
): Verdict {
  if (administrator !== undefined && decision.kind !== 'deny') {
    const { tenant, user } = administrator;
    return { kind: 'allow', reason: oneLine(`"${user}" is an administrator of tenant "${tenant}"`) };
  }
  return { kind: decision.kind, reason: reasonOf(decision, request), decision };
}
