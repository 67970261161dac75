import { matches } from '../pattern/match.ts';
import type { Folded, Pattern } from '../pattern/pattern.ts';
import { addToChain, removeFromChain } from './chain.ts';
import type { PolicyRule } from './entries.ts';

/** The rows of one policy with one effect, found by action: literal actions at once, patterns one after another. */
export class ActionTable {
  #literal: Map<Folded, PolicyRule> | undefined;
  #patterns: Map<Pattern, PolicyRule> | undefined;

  get empty(): boolean {
    return (this.#literal?.size ?? 0) + (this.#patterns?.size ?? 0) === 0;
  }

  add(rule: PolicyRule): void {
    if (rule.action.kind === 'literal') {
      addToChain((this.#literal ??= new Map()), rule.action.prefix, rule);
    } else {
      addToChain((this.#patterns ??= new Map()), rule.action, rule);
    }
  }

  remove(rule: PolicyRule): void {
    if (rule.action.kind === 'literal') {
      removeFromChain(this.#literal ?? new Map<Folded, PolicyRule>(), rule.action.prefix, rule);
    } else {
      removeFromChain(this.#patterns ?? new Map<Pattern, PolicyRule>(), rule.action, rule);
    }
  }

  /** The first row for the action that is accepted. */
  find(action: Folded, accepts: (rule: PolicyRule) => boolean): PolicyRule | undefined {
    const literal = firstAccepted(this.#literal?.get(action), accepts);
    if (literal !== undefined || this.#patterns === undefined) {
      return literal;
    }
    for (const [pattern, rules] of this.#patterns) {
      const rule = matches(pattern, action) ? firstAccepted(rules, accepts) : undefined;
      if (rule !== undefined) {
        return rule;
      }
    }
    return undefined;
  }

  *rules(): Generator<PolicyRule> {
    for (const heads of [this.#literal, this.#patterns]) {
      for (const head of heads?.values() ?? []) {
        for (let rule: PolicyRule | undefined = head; rule !== undefined; rule = rule.next) {
          yield rule;
        }
      }
    }
  }
}

function firstAccepted(head: PolicyRule | undefined, accepts: (rule: PolicyRule) => boolean): PolicyRule | undefined {
  for (let rule = head; rule !== undefined; rule = rule.next) {
    if (accepts(rule)) {
      return rule;
    }
  }
  return undefined;
}
