import type { ActionTable } from '../index/action-table.ts';
import { pathTo, reach, type Reached } from '../index/reach.ts';
import type { PolicyRule } from '../index/entries.ts';
import type { RuleIndex } from '../index/rule-index.ts';
import { matches } from '../pattern/match.ts';
import { overlapsCollection } from '../pattern/overlap.ts';
import { fold, type Folded } from '../pattern/pattern.ts';
import { spellsOut } from '../pattern/spells-out.ts';
import type { Decision, Explanation } from './decision.ts';
import { reservedWord, type AccessRequest } from './request.ts';

/**
 * The built-in model: some reachable row allows and none denies, over all subjects of the caller at once, so that a
 * grant to everyone never outweighs a personal deny.
 */
export function decide(index: RuleIndex, request: AccessRequest): Decision {
  const action = fold(request.action);
  const deniedActions = request.deniedAs === undefined ? [action] : [action, fold(request.deniedAs)];
  const object = fold(request.object);
  const denies = (rule: PolicyRule) => deniesObject(rule, object, request);
  const allows = (rule: PolicyRule) => mayAllow(rule, request) && matches(rule.object, object);
  let grant: Explanation | undefined;
  let policies = 0;
  for (const reached of reach(index, request.subjects, request.domain)) {
    const rules = index.policy(reached.name);
    if (rules === undefined) {
      continue;
    }
    policies += 1;
    const denial = rules.deny && findAny(rules.deny, deniedActions, denies);
    if (denial !== undefined) {
      return { kind: 'deny', by: explain(denial, reached) };
    }
    const allowing = grant === undefined ? rules.allow?.find(action, allows) : undefined;
    grant ??= allowing && explain(allowing, reached);
  }
  return grant === undefined ? { kind: 'noOpinion', policies } : { kind: 'allow', by: grant };
}

function findAny(
  table: ActionTable,
  actions: readonly Folded[],
  accepts: (rule: PolicyRule) => boolean,
): PolicyRule | undefined {
  for (const action of actions) {
    const rule = table.find(action, accepts);
    if (rule !== undefined) {
      return rule;
    }
  }
  return undefined;
}

/** Whether the row's object denies the request's, or one of the collection that is asked for. */
export function deniesObject(rule: PolicyRule, object: Folded, { members }: AccessRequest): boolean {
  return matches(rule.object, object) || members?.some((shape) => overlapsCollection(rule.object, shape)) === true;
}

/** Whether an allowing row may speak on this action at all. */
export function mayAllow(rule: PolicyRule, request: AccessRequest): boolean {
  const word = reservedWord(request);
  return word === undefined || spellsOut(rule.action, word);
}

export function explain(rule: PolicyRule, reached: Reached): Explanation {
  const path = pathTo(reached);
  return { subject: path[0]?.member ?? reached.name, path, rule };
}
