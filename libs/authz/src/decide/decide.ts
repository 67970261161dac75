import type { ActionTable } from '../index/action-table.ts';
import { pathTo, reach, type Reached } from '../index/reach.ts';
import type { PolicyRule } from '../index/entries.ts';
import type { RuleIndex } from '../index/rule-index.ts';
import { inputOf, type Input } from '../pattern/letters.ts';
import { matches, matchesInput } from '../pattern/match.ts';
import { overlapsCollection } from '../pattern/overlap.ts';
import { fold, type Folded } from '../pattern/pattern.ts';
import { spellsOut } from '../pattern/spells-out.ts';
import type { Decision, Explanation } from './decision.ts';
import type { AccessRequest } from './request.ts';
import { reservedWord } from './verbs.ts';

/**
 * The built-in model: some reachable row allows and none denies, over all subjects of the caller at once, so that a
 * grant to everyone never outweighs a personal deny.
 */
export function decide(index: RuleIndex, request: AccessRequest): Decision {
  const action = inputOf(fold(request.action));
  const object = fold(request.object);
  const word = reservedWord(request);
  const allows = (rule: PolicyRule) => spellsReserved(rule, word) && matches(rule.object, object);
  const denialIn = denialFinder(action, object, request);
  let grant: Explanation | undefined;
  let policies = 0;
  for (const reached of reach(index, request.subjects, request.domain)) {
    const { node } = reached;
    policies += node.isPolicy ? 1 : 0;
    const denial = node.deny && denialIn(node.deny);
    if (denial !== undefined) {
      return { kind: 'deny', by: explain(denial, reached) };
    }
    const allowing = grant === undefined ? node.allow?.find(action, allows) : undefined;
    grant ??= allowing && explain(allowing, reached);
  }
  return grant === undefined ? { kind: 'noOpinion', policies } : { kind: 'allow', by: grant };
}

/** Finds a row that denies either spelling of the action. */
function denialFinder(
  action: Input,
  object: Folded,
  request: AccessRequest,
): (denies: ActionTable) => PolicyRule | undefined {
  const first = (rule: PolicyRule) => deniesObject(rule, object, request);
  if (request.deniedAs === undefined) {
    return (denies) => denies.find(action, first);
  }
  const otherAction = inputOf(fold(request.deniedAs));
  // A collection takes longer to look through than an action: no row is asked twice.
  const second = (rule: PolicyRule) => !matchesInput(rule.action, action) && first(rule);
  return (denies) => denies.find(action, first) ?? denies.find(otherAction, second);
}

/** Whether the row's object denies the request's, or one of the collection that is asked for. */
export function deniesObject(rule: PolicyRule, object: Folded, { members }: AccessRequest): boolean {
  return matches(rule.object, object) || members?.some((shape) => overlapsCollection(rule.object, shape)) === true;
}

/** Whether an allowing row may speak on this action at all. */
export function mayAllow(rule: PolicyRule, request: AccessRequest): boolean {
  return spellsReserved(rule, reservedWord(request));
}

function spellsReserved(rule: PolicyRule, word: string | undefined): boolean {
  return word === undefined || spellsOut(rule.action, word);
}

export function explain(rule: PolicyRule, reached: Reached): Explanation {
  const path = pathTo(reached);
  return { subject: path[0]?.member ?? reached.name, path, rule };
}
