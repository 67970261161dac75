import { mayAllow, deniesObject } from '../decide/decide.ts';
import type { AccessRequest } from '../decide/request.ts';
import type { PolicyRule } from '../index/entries.ts';
import { reach, type Reached } from '../index/reach.ts';
import type { RuleIndex } from '../index/rule-index.ts';
import { matches } from '../pattern/match.ts';
import { fold } from '../pattern/pattern.ts';
import type { Effect } from '../rows/row.ts';

/** A row, and the way from a subject to its policy. */
export interface HeldRule {
  readonly rule: PolicyRule;
  readonly reached: Reached;
}

/** The part of a row that keeps it from speaking on a request. */
export type FailedPart = 'action' | 'object' | 'reservedVerb';

/** Every row with the effect that the subjects hold in the domain, nearest first. */
export function* heldRules(
  index: RuleIndex,
  { subjects, domain }: Pick<AccessRequest, 'subjects' | 'domain'>,
  effect: Effect,
): Generator<HeldRule> {
  for (const reached of reach(index, subjects, domain)) {
    for (const rule of index.policy(reached.name)?.[effect]?.rules() ?? []) {
      yield { rule, reached };
    }
  }
}

/** Tells of a row what keeps it from allowing, or denying, the request; nothing when it does so. */
export function failedPartsOf(request: AccessRequest): (rule: PolicyRule) => readonly FailedPart[] {
  const action = fold(request.action);
  const object = fold(request.object);
  const denied = request.deniedAs === undefined ? [action] : [action, fold(request.deniedAs)];
  return (rule) => {
    const denies = rule.effect === 'deny';
    const onAction = (denies ? denied : [action]).some((each) => matches(rule.action, each));
    const onObject = denies ? deniesObject(rule, object, request) : matches(rule.object, object);
    // A reserved verb is the row's only fault when the action is one it would else match.
    const reserved = !denies && onAction && !mayAllow(rule, request);
    return [
      ...(onAction ? [] : ['action' as const]),
      ...(onObject ? [] : ['object' as const]),
      ...(reserved ? ['reservedVerb' as const] : []),
    ];
  };
}
