import type { Claim } from './claim.ts';
import type { Entry } from './entries.ts';
import { covers, none } from './limits.ts';

type ChildName = Pick<Claim, 'kind' | 'name'>;

/**
 * The children that have to be asked themselves before a ledger is written, because a cache may lag behind what another process did:
 * those that would give something back, and those that seem to hold what was never charged.
 */
export function doubtful(
  before: readonly Entry[],
  claims: readonly Claim[],
  after: readonly Entry[],
): readonly ChildName[] {
  return [...givenBack(before, after), ...uncharged(before, claims)];
}

/** The charges that are given back, all or in part. */
export function givenBack(before: readonly Entry[], after: readonly Entry[]): readonly ChildName[] {
  const kept = new Map(after.map((entry) => [entry.uid, entry]));
  return before.filter((entry) => {
    const next = kept.get(entry.uid);
    return next === undefined || next.generation < entry.generation || !covers(next.clusters, entry.clusters);
  });
}

/** The children that act on more than is charged for them. */
export function uncharged(entries: readonly Entry[], claims: readonly Claim[]): readonly ChildName[] {
  const charged = new Map(entries.map((entry) => [entry.uid, entry.clusters]));
  return claims.filter(({ uid, inForce = none }) => !covers(charged.get(uid) ?? none, inForce));
}
