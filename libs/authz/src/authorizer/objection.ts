import type { Question } from '../sar/request.ts';
import type { TenantDirectory } from './directories.ts';
import { hubObjection } from './hub-ceiling.ts';
import { tenantObjection } from './tenant-guard.ts';
import type { Verdict } from './verdict.ts';

/** What keeps a request from the rows, and the answer that it gets instead. */
export interface Objection {
  readonly part: 'hubCeiling' | 'tenantGuard';
  readonly verdict: Verdict;
}

export interface Bounds {
  readonly tenants: TenantDirectory;
  readonly hubTenants: ReadonlySet<string>;
}

/** @param cluster the member cluster that asks; undefined for the hub. */
export function objectionTo(
  question: Question,
  tenant: string,
  { tenants, hubTenants }: Bounds,
  cluster: string | undefined,
): Objection | undefined {
  const ceiling = cluster === undefined ? hubObjection(tenant, question, tenants, hubTenants) : undefined;
  if (ceiling !== undefined) {
    return { part: 'hubCeiling', verdict: ceiling };
  }
  const guard = tenantObjection(tenant, question, tenants, cluster);
  return guard && { part: 'tenantGuard', verdict: guard };
}
