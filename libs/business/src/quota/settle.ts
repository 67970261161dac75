import { quotaLimits } from '@tke/api-business';
import type { Nanos } from '@tke/quantity';

import type { Claim } from './claim.ts';
import { byCluster, covers, larger, none, sameLimits, total, without, type Limits } from './limits.ts';
import { limitShortages, type Shortage } from './shortage.ts';

/** A charge of the ledger: what is set aside for one child. */
export interface Entry extends Pick<Claim, 'kind' | 'name' | 'uid'> {
  /** The state of the child it was granted for. 0: it was not granted, but is in force all the same. */
  readonly generation: number;
  readonly clusters: Limits;
}

export interface Ledger {
  readonly limit: Limits;
  /** Whether anything may be granted. */
  readonly open: boolean;
  readonly entries: readonly Entry[];
}

/** More was handed on than there is: the limit was lowered by force. */
export interface Overdraft {
  readonly cluster: string;
  /** Absent: the whole cluster was taken away. */
  readonly resource?: string;
  readonly limit: Nanos;
  /** Undefined: a child is not limited at all. */
  readonly used: Nanos | undefined;
}

export interface Settlement {
  /** In the order of kind and name. */
  readonly entries: readonly Entry[];
  readonly used: Limits;
  readonly overdrafts: readonly Overdraft[];
  /** By the UID of the child. */
  readonly refusals: ReadonlyMap<string, readonly Shortage[]>;
}

/**
 * The ledger as it has to be, beside what the children have and ask for. What a child may act on stays charged, whatever happens to
 * limits; the rest goes to the claims in the order of their age. The order of `claims` does not matter, and settling
 * again changes nothing.
 */
export function settle({ limit, open, entries: previous }: Ledger, claims: readonly Claim[]): Settlement {
  const known = new Map(previous.map((entry) => [entry.uid, entry]));
  const held = claims.flatMap((claim) => retained(known.get(claim.uid), claim) ?? []);
  const entries = new Map(held.map((entry) => [entry.uid, entry]));
  const overdrafts = overdraftsOf(limit, held);
  const refusals = new Map<string, readonly Shortage[]>();
  let used = usedOf(held);
  const asking = open ? claims.filter((claim) => isAsking(entries.get(claim.uid), claim)) : [];
  for (const claim of asking.toSorted(byAge)) {
    const own = entries.get(claim.uid);
    const others = without(used, own?.clusters ?? none);
    const isFull = own === undefined && entries.size >= quotaLimits.children;
    const shortages = isFull ? [full] : overdrafts.length > 0 ? [overdrawn] : refusalOf(claim, limit, others);
    if (shortages.length > 0) {
      refusals.set(claim.uid, shortages);
    } else {
      const entry = granted(claim, own);
      entries.set(claim.uid, entry);
      used = total([others, entry.clusters]);
    }
  }
  const sorted = [...entries.values()].sort(byName);
  return { entries: sorted, used: usedOf(sorted), overdrafts, refusals };
}

const overdrawn: Shortage = { kind: 'Overdrawn' };
const full: Shortage = { kind: 'TooManyChildren' };

/** What stays charged without any grant. */
function retained(entry: Entry | undefined, claim: Claim): Entry | undefined {
  const { kind, name, uid, wanted, inForce, isObserved } = claim;
  const parts = [inForce, isObserved ? undefined : entry?.clusters].filter((part) => part !== undefined);
  const held = entry !== undefined && wanted !== undefined && isGrant(entry, claim.generation, wanted);
  if (held) {
    return { kind, name, uid, generation: entry.generation, clusters: larger(...parts, wanted) };
  }
  if (parts.length === 0) {
    return undefined;
  }
  // A charge that is too small for the state it names must not be taken for a grant.
  const generation = entry === undefined || entry.generation === claim.generation ? 0 : entry.generation;
  return { kind, name, uid, generation, clusters: larger(...parts) };
}

/** Whether a charge lets a child have what it wants in its present state. */
export function isGrant(charge: Pick<Entry, 'generation' | 'clusters'>, generation: number, wanted: Limits): boolean {
  return charge.generation === generation && covers(charge.clusters, wanted);
}

/** Nothing is asked by who has what he wants: a generation that changed for other reasons costs no write. */
function isAsking(entry: Entry | undefined, { generation, wanted, inForce }: Claim): boolean {
  if (wanted === undefined || (entry !== undefined && isGrant(entry, generation, wanted))) {
    return false;
  }
  return inForce === undefined || !sameLimits(inForce, wanted);
}

function refusalOf({ obstacle, wanted = none }: Claim, limit: Limits, others: Limits): readonly Shortage[] {
  return obstacle === undefined ? limitShortages(limit, others, wanted) : [{ kind: obstacle }];
}

function granted({ kind, name, uid, generation, wanted = none }: Claim, own: Entry | undefined): Entry {
  return { kind, name, uid, generation, clusters: larger(own?.clusters ?? none, wanted) };
}

export function usedOf(entries: readonly Entry[]): Limits {
  return total(entries.map(({ clusters }) => clusters));
}

export function overdraftsOf(limit: Limits, entries: readonly Entry[]): readonly Overdraft[] {
  return byCluster(usedOf(entries)).flatMap(([cluster, used]): readonly Overdraft[] => {
    const limits = limit.get(cluster);
    if (limits === undefined) {
      return [{ cluster, limit: 0n, used: undefined }];
    }
    const isUnlimited = (resource: string) =>
      entries.some(({ clusters }) => clusters.get(cluster)?.has(resource) === false);
    return [...limits].flatMap(([resource, most]): readonly Overdraft[] => {
      const sum = used.get(resource) ?? 0n;
      return sum > most || isUnlimited(resource)
        ? [{ cluster, resource, limit: most, used: isUnlimited(resource) ? undefined : sum }]
        : [];
    });
  });
}

/** Older claims first; the server's clock counts in seconds. */
function byAge(a: Claim, b: Claim): number {
  return a.createdAt === b.createdAt ? compare(a.uid, b.uid) : compare(a.createdAt, b.createdAt);
}

function byName(a: Entry, b: Entry): number {
  return a.kind === b.kind ? compare(a.name, b.name) : compare(a.kind, b.kind);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
