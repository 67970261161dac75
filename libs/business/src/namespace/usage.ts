import type { BusinessNamespace, HardList } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';
import { parseQuantity, percentOf } from '@tke/quantity';
import { jsonEqual } from '@tke/runtime';

import type { ResourceQuota } from './member-kinds.ts';
import { observedUse } from './quota-names.ts';

type Status = NonNullable<BusinessNamespace['status']>;
export type Usage = Pick<Status, 'used' | 'usedAt' | 'utilisation'>;
type Hard = DeepReadonly<HardList>;

/** Between two writes of a status in which only the use changes. */
const writeIntervalMs = 10_000;

export interface UsageReport {
  readonly fields: DeepReadonly<Usage>;
  /** When what was left out this time may be written; absent when nothing was. */
  readonly dueInMs?: number;
}

/**
 * What is to be said of the use: what the quota tells, or what was said before when that was written a moment ago. `now` is in milliseconds
 * since the epoch.
 */
export function reportUsage(
  before: DeepReadonly<Status> | undefined,
  hard: Hard,
  quota: DeepReadonly<ResourceQuota> | undefined,
  now: number,
): UsageReport {
  const said = saidBefore(before, hard);
  const observed = quota?.status?.used;
  if (observed === undefined) {
    return { fields: said };
  }
  const used = observedUse(hard, observed);
  if (jsonEqual(used, said.used ?? {}) && (said.usedAt !== undefined || Object.keys(used).length === 0)) {
    return { fields: said };
  }
  const waitMs = said.usedAt === undefined ? 0 : Date.parse(said.usedAt) + writeIntervalMs - now;
  // A clock that was set back must not keep it from being written.
  return waitMs > 0 && waitMs <= writeIntervalMs
    ? { fields: said, dueInMs: waitMs }
    : { fields: { ...measured(hard, used), usedAt: new Date(now).toISOString() } };
}

/** As before, of a member that was last heard of at `lastSeen`: until then it was right. */
export function staleUsage(
  before: DeepReadonly<Status> | undefined,
  lastSeen: number | undefined,
): DeepReadonly<Usage> {
  const { used, usedAt, utilisation } = before ?? {};
  if (used === undefined || usedAt === undefined) {
    return {};
  }
  const until = Math.max(lastSeen ?? 0, Date.parse(usedAt));
  return { used, usedAt: new Date(until).toISOString(), ...(utilisation !== undefined && { utilisation }) };
}

/** Limits may have changed since. */
function saidBefore(before: DeepReadonly<Status> | undefined, hard: Hard): DeepReadonly<Usage> {
  const { used, usedAt } = before ?? {};
  return used === undefined || usedAt === undefined ? {} : { ...measured(hard, used), usedAt };
}

function measured(hard: Hard, used: Hard): Pick<Usage, 'used' | 'utilisation'> {
  const highest = Object.entries(used)
    .map(([name, amount]) => ({ name, share: shareOf(amount, hard[name]) }))
    .toSorted((a, b) => Number(b.share - a.share))[0];
  return { used: { ...used }, ...(highest && { utilisation: `${highest.share}% ${highest.name}` }) };
}

function shareOf(used: string | number, limit: string | number | undefined): bigint {
  return percentOf(parseQuantity(String(used)) ?? 0n, parseQuantity(String(limit ?? '')) ?? 0n);
}
