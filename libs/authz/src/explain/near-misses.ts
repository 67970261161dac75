import { explain } from '../decide/decide.ts';
import type { Explanation } from '../decide/decision.ts';
import type { AccessRequest } from '../decide/request.ts';
import { reach } from '../index/reach.ts';
import type { PolicyRule } from '../index/entries.ts';
import type { RuleIndex } from '../index/rule-index.ts';
import type { DecisionBasis } from './basis.ts';
import { failedPartsOf, heldRules, type FailedPart } from './held.ts';
import { projectsOf } from './projects.ts';
import { similarity } from './similarity.ts';

/** A grant that all but allows, and the one part of it that does not fit. */
export type NearMiss = {
  readonly rule: PolicyRule;
} & (
  | { readonly failed: FailedPart; readonly held: Explanation }
  /** Held in another project than that of the request. */
  | { readonly failed: 'project'; readonly held: Explanation; readonly project: string }
  /** A policy of the tenant that nobody handed to the caller. */
  | { readonly failed: 'holder' }
);

const shown = 5;
/** Below that much in common two actions, or two objects, have nothing to do with each other. */
const alike = 0.25;

interface Candidate {
  readonly miss: NearMiss;
  readonly rank: number;
  readonly likeness: number;
}

/** The grants that would have allowed the request but for one part, best first: at most five, one of each policy. */
export function nearMisses(basis: DecisionBasis, request: AccessRequest, tenant: string): readonly NearMiss[] {
  const candidates = [
    ...heldHere(basis.rules, request),
    ...heldElsewhere(basis.rules, request),
    ...heldByOthers(basis, request, tenant),
  ].sort((a, b) => a.rank - b.rank || b.likeness - a.likeness);
  const best = new Map<string, NearMiss>();
  for (const { miss } of candidates) {
    if (!best.has(miss.rule.policy)) {
      best.set(miss.rule.policy, miss);
    }
  }
  return [...best.values()].slice(0, shown);
}

function* heldHere(index: RuleIndex, request: AccessRequest): Generator<Candidate> {
  const failedParts = failedPartsOf(request);
  for (const { rule, reached } of heldRules(index, request, 'allow')) {
    const [failed, ...others] = failedParts(rule);
    const likeness = failed === undefined || others.length > 0 ? 0 : likenessOf(failed, rule, request);
    if (failed !== undefined && likeness >= alike) {
      const rank = failed === 'reservedVerb' ? 0 : 2;
      yield { miss: { rule, failed, held: explain(rule, reached) }, rank, likeness };
    }
  }
}

function likenessOf(failed: FailedPart, rule: PolicyRule, { action, object }: AccessRequest): number {
  switch (failed) {
    case 'action':
      return similarity(rule.action.text, action);
    case 'object':
      return similarity(rule.object.text, object);
    case 'reservedVerb':
      return 1;
  }
}

function* heldElsewhere(index: RuleIndex, request: AccessRequest): Generator<Candidate> {
  const failedParts = failedPartsOf(request);
  for (const project of projectsOf(index)) {
    if (project === request.domain) {
      continue;
    }
    for (const { rule, reached } of heldRules(index, { ...request, domain: project }, 'allow')) {
      const held = explain(rule, reached);
      // What is held in all projects is no news in this one.
      if (failedParts(rule).length === 0 && held.path.some(({ domain }) => domain === project)) {
        yield { miss: { rule, failed: 'project', held, project }, rank: 1, likeness: 1 };
      }
    }
  }
}

function* heldByOthers(
  { rules, tenants }: DecisionBasis,
  request: AccessRequest,
  tenant: string,
): Generator<Candidate> {
  const failedParts = failedPartsOf(request);
  const held = new Set(reach(rules, request.subjects, request.domain).map(({ name }) => name));
  const policies = { group: 'auth.tkestack.io', plural: 'policies' };
  for (const rule of rules.entries()) {
    if (rule.kind === 'g' || rule.effect === 'deny' || held.has(rule.policy) || failedParts(rule).length > 0) {
      continue;
    }
    if (tenants.tenantOf(policies, { name: rule.policy }) === tenant) {
      // The narrower the policy, the better the advice.
      const likeness = similarity(`${rule.action.text} ${rule.object.text}`, `${request.action} ${request.object}`);
      yield { miss: { rule, failed: 'holder' }, rank: 3, likeness };
    }
  }
}
