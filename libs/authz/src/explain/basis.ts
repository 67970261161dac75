import { Authorizer, type AuthorizerOptions, type ReviewOptions } from '../authorizer/authorizer.ts';
import { hubObjection } from '../authorizer/hub-ceiling.ts';
import { tenantObjection } from '../authorizer/tenant-guard.ts';
import type { Question } from '../sar/request.ts';

/** What decisions are made from, to be asked about as a whole. It must have been read completely. */
export type DecisionBasis = Pick<AuthorizerOptions, 'rules' | 'tenants' | 'projects' | 'hubTenants'>;

/** What keeps a request from the rows. */
export interface Objection {
  readonly part: 'hubCeiling' | 'tenantGuard';
  readonly reason: string;
}

/** The authorizer that kube-apiserver would be answered by. */
export function authorizerOf(basis: DecisionBasis): Authorizer {
  return new Authorizer({ ...basis, ready: () => true });
}

/** The same objections as the authorizer's, in its order, and which of the two it is. */
export function objectionTo(
  question: Question,
  tenant: string,
  { tenants, hubTenants }: DecisionBasis,
  { cluster }: ReviewOptions,
): Objection | undefined {
  const ceiling = cluster === undefined ? hubObjection(tenant, question, tenants, hubTenants) : undefined;
  if (ceiling !== undefined) {
    return { part: 'hubCeiling', reason: ceiling.reason };
  }
  const guard = tenantObjection(tenant, question, tenants, cluster);
  return guard && { part: 'tenantGuard', reason: guard.reason };
}
