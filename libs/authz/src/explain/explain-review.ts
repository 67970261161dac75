import type { SubjectAccessReviewSpec } from '@tke/meta';

import { administers } from '../authorizer/administrators.ts';
import type { ReviewOptions } from '../authorizer/authorizer.ts';
import { objectionTo, type Objection } from '../authorizer/objection.ts';
import type { Verdict } from '../authorizer/verdict.ts';
import { explain } from '../decide/decide.ts';
import type { Explanation } from '../decide/decision.ts';
import type { AccessRequest } from '../decide/request.ts';
import type { RuleIndex } from '../index/rule-index.ts';
import { callerOf } from '../sar/caller.ts';
import { requestOf } from '../sar/request.ts';
import { authorizerOf, type DecisionBasis } from './basis.ts';
import { failedPartsOf, heldRules, type FailedPart } from './held.ts';
import { nearMisses, type NearMiss } from './near-misses.ts';

/** A deny that the caller holds. */
export interface DenyConsidered {
  readonly by: Explanation;
  /** Why it does not deny this; undefined when it does. */
  readonly failed: FailedPart | undefined;
}

/** What the rows say on a request of a caller whose tenant is known. */
export interface RowsExplanation {
  readonly tenant: string;
  readonly request: AccessRequest;
  /** Whether the caller administers the tenant and the request is one that administrators need no row for. */
  readonly administers: boolean;
  readonly objection: Objection | undefined;
  /** The rows that allow it, nearest first, one of each policy: with a deny or an objection, those that are outweighed. */
  readonly grants: readonly Explanation[];
  /** Those that apply, then those that miss by one part. */
  readonly denies: readonly DenyConsidered[];
  /** Empty when some row allows it. */
  readonly nearest: readonly NearMiss[];
}

export interface ReviewExplanation {
  /** The authorizer's own answer. */
  readonly verdict: Verdict;
  /** Undefined when no row was asked, because the caller belongs to no tenant that is known. */
  readonly rows: RowsExplanation | undefined;
}

/**
 * Why a review is answered as it is, and what else was held that could have answered it.
 * @throws ReviewIncomplete
 */
export function explainReview(
  basis: DecisionBasis,
  spec: SubjectAccessReviewSpec,
  options: ReviewOptions = {},
): ReviewExplanation {
  const verdict = authorizerOf(basis).verdict(spec, options);
  const caller = callerOf(spec);
  const tenant = caller.kind === 'tenantUser' ? basis.tenants.tenant(caller.tenant) : undefined;
  if (caller.kind === 'unknownRealm' || tenant === undefined) {
    return { verdict, rows: undefined };
  }
  const question = requestOf(spec, { cluster: options.cluster, projects: basis.projects });
  const request: AccessRequest = { ...question, subjects: caller.subjects };
  const grants = grantsOf(basis.rules, request);
  return {
    verdict,
    rows: {
      tenant: caller.tenant,
      request,
      administers: administers(tenant, caller.user, request),
      objection: objectionTo(question, caller.tenant, basis, options.cluster),
      grants,
      denies: deniesOf(basis.rules, request),
      nearest: grants.length > 0 ? [] : nearMisses(basis, request, caller.tenant),
    },
  };
}

function grantsOf(index: RuleIndex, request: AccessRequest): readonly Explanation[] {
  const failedParts = failedPartsOf(request);
  const grants = new Map<string, Explanation>();
  for (const { rule, reached } of heldRules(index, request, 'allow')) {
    if (!grants.has(rule.policy) && failedParts(rule).length === 0) {
      grants.set(rule.policy, explain(rule, reached));
    }
  }
  return [...grants.values()];
}

function deniesOf(index: RuleIndex, request: AccessRequest): readonly DenyConsidered[] {
  const failedParts = failedPartsOf(request);
  const applied: DenyConsidered[] = [];
  const missed: DenyConsidered[] = [];
  for (const { rule, reached } of heldRules(index, request, 'deny')) {
    const [failed, ...others] = failedParts(rule);
    if (others.length === 0) {
      (failed === undefined ? applied : missed).push({ by: explain(rule, reached), failed });
    }
  }
  return [...applied, ...missed];
}
