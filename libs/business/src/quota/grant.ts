import type { Charge } from '@tke/api-business';
import type { CodedError } from '@tke/errors';
import type { DeepReadonly } from '@tke/meta';
import { findCondition } from '@tke/runtime';

import { isSameTenant } from '../objects/is-same-tenant.ts';
import type { ProjectObject } from '../objects/kinds.ts';
import { holdsMore, isProject, parentName, wantedBy, type QuotaChild } from './child.ts';
import { claimOn } from './claim.ts';
import { entriesOf, totalCharged } from './entries.ts';
import { quotaErrors } from './errors.ts';
import { LedgerRoom } from './ledger-room.ts';
import { limitOf, limitsByCluster } from './limits.ts';
import { overdraftsOf } from './overdraft.ts';
import { granted, isGrant } from './settle.ts';
import { limitShortages, shortageText, type Shortage } from './shortage.ts';

/** What the parent granted to exactly this state of the child; undefined as long as it did not. */
export function grantOf(parent: ProjectObject, child: QuotaChild): DeepReadonly<Charge> | undefined {
  const { uid, generation = 0 } = child.metadata;
  const charge = parent.status?.charges?.find((each) => each.uid === uid);
  return charge !== undefined &&
    isGrant({ ...charge, clusters: limitsByCluster(charge.clusters) }, generation, wantedBy(child))
    ? charge
    : undefined;
}

/** What is in the way of a grant, by what the parent's ledger says now. Empty: nothing, it only has to be written. */
export function shortages(parent: ProjectObject, child: QuotaChild): readonly Shortage[] {
  if (!isSameTenant(parent, child)) {
    return [{ kind: 'OtherTenant' }];
  }
  if (holdsMore(child)) {
    return [{ kind: 'HoldsMore' }];
  }
  const limit = limitOf(parent);
  const entries = entriesOf(parent);
  const others = entries.filter(({ uid }) => uid !== child.metadata.uid);
  const short = limitShortages(limit, totalCharged(others), wantedBy(child));
  if (short.length > 0) {
    return short;
  }
  if (overdraftsOf(limit, entries).length > 0) {
    return [{ kind: 'Overdrawn' }];
  }
  return hasRoomFor(child, parent) ? [] : [{ kind: 'Full' }];
}

/** Whether the ledger is still one that an object can hold when the child is granted what it wants. */
export function hasRoomFor(child: QuotaChild, parent: ProjectObject): boolean {
  const entries = entriesOf(parent);
  const own = entries.find(({ uid }) => uid === child.metadata.uid);
  return new LedgerRoom(entries).hasRoomFor(granted(claimOn(parent.metadata.name ?? '', child), own), own);
}

/**
 * Why a project hands nothing on, when that is for its owner to mend: the reason of its condition Stalled. Not the message, which may be told
 * anew for each project above.
 */
export function lockReason({ status }: ProjectObject): string | undefined {
  const stalled = findCondition(status?.conditions, 'Stalled');
  return status?.locked === true && stalled?.status === 'True' ? stalled.reason : undefined;
}

function projectMissing(child: QuotaChild): CodedError {
  const field = isProject(child) ? 'spec.parentProjectName' : 'metadata.namespace';
  return quotaErrors.ProjectNotFound(`${field}: there is no Project ${parentName(child)}`);
}

/**
 * Why a child has no grant: an error for its condition Stalled, or undefined when the ledger is merely not there yet
 * (progressing, `WaitingForQuota`).
 */
export function quotaProblem(parent: ProjectObject | undefined, child: QuotaChild): CodedError | undefined {
  if (parent === undefined) {
    return projectMissing(child);
  }
  const name = parent.metadata.name ?? '';
  if (parent.metadata.deletionTimestamp !== undefined) {
    return quotaErrors.ProjectDeleting(`Project ${name} is being deleted`);
  }
  // Until it has limits of its own, what it lacks is only not there yet.
  if (parent.status?.cachedParent === undefined) {
    return undefined;
  }
  const found = shortages(parent, child);
  if (found.length > 0) {
    return quotaErrors.QuotaExceeded(shortageText(name, found));
  }
  const reason = lockReason(parent);
  return reason === undefined ? undefined : quotaErrors.ProjectLocked(`Project ${name} hands nothing on: ${reason}`);
}
