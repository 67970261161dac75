import type { Question } from '../sar/request.ts';
import { hubObjection, type HubBounds } from './hub-ceiling.ts';
import { tenantObjection } from './tenant-guard.ts';
import type { Verdict } from './verdict.ts';

/** What keeps a request from the rows, and the answer that it gets instead. */
export interface Objection {
  readonly part: 'hubCeiling' | 'tenantGuard';
  readonly verdict: Verdict;
}

/** @param cluster the member cluster that asks; undefined for the hub. */
export function objectionTo(
  question: Question,
  tenant: string,
  bounds: HubBounds,
  cluster: string | undefined,
): Objection | undefined {
  const ceiling = cluster === undefined ? hubObjection(tenant, question, bounds) : undefined;
  if (ceiling !== undefined) {
    return { part: 'hubCeiling', verdict: ceiling };
  }
  const guard = tenantObjection(tenant, question, bounds.tenants, cluster);
  return guard && { part: 'tenantGuard', verdict: guard };
}
