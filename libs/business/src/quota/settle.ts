import type { Claim } from './claim.ts';
import { totalCharged, type Entry } from './entries.ts';
import { LedgerRoom } from './ledger-room.ts';
import { covers, larger, none, sameLimits, total, without, type Limits } from './limits.ts';
import { overdraftsOf, type Overdraft } from './overdraft.ts';
import { limitShortages } from './shortage.ts';

export interface Ledger {
  readonly limit: Limits;
  /** Whether anything may be granted. */
  readonly open: boolean;
  readonly entries: readonly Entry[];
}

export interface Settlement {
  /** In the order of kind and name. */
  readonly entries: readonly Entry[];
  readonly used: Limits;
  readonly overdrafts: readonly Overdraft[];
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
  const room = new LedgerRoom(held);
  let used = totalCharged(held);
  const isGiving = open && overdrafts.length === 0;
  const asking = isGiving ? claims.filter((claim) => isAsking(entries.get(claim.uid), claim)) : [];
  for (const claim of asking.toSorted(byAge)) {
    const own = entries.get(claim.uid);
    const others = without(used, own?.clusters ?? none);
    const entry = granted(claim, own);
    if (isCovered(claim, limit, others) && room.hasRoomFor(entry, own)) {
      entries.set(claim.uid, entry);
      room.put(entry, own);
      used = total([others, entry.clusters]);
    }
  }
  const sorted = [...entries.values()].sort(byName);
  return { entries: sorted, used: totalCharged(sorted), overdrafts };
}

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

function isCovered({ obstacle, wanted = none }: Claim, limit: Limits, others: Limits): boolean {
  return obstacle === undefined && limitShortages(limit, others, wanted).length === 0;
}

/** The charge of a claim that is granted. What is in force stays charged beside what is to come. */
export function granted({ kind, name, uid, generation, wanted = none }: Claim, own: Entry | undefined): Entry {
  return { kind, name, uid, generation, clusters: larger(own?.clusters ?? none, wanted) };
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
