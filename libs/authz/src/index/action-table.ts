import { inputOf, type Input } from '../pattern/letters.ts';
import { matchesInput } from '../pattern/match.ts';
import type { Folded } from '../pattern/pattern.ts';
import { addToChain, chained, firstInChain, removeFromChain, withEntry, withoutEntry } from './chain.ts';
import type { PolicyRule } from './entries.ts';
import { PatternRows } from './pattern-rows.ts';

/** So few rows are tried one after another: that is faster than any table, and most policies have no more. */
const few = 8;

/** The rows of one policy with one effect, found by action: literal actions at once, patterns one after another. */
export class ActionTable {
  /** All rows, as long as they are few. */
  #chain: PolicyRule | undefined = undefined;
  #literal: Map<Folded, PolicyRule> | undefined = undefined;
  #patterns: PatternRows | undefined = undefined;
  #size = 0;

  get empty(): boolean {
    return this.#size === 0;
  }

  add(rule: PolicyRule): void {
    if (this.#isArranged) {
      this.#addArranged(rule);
    } else if (this.#size < few) {
      this.#chain = withEntry(this.#chain, rule);
    } else {
      const rules = [rule, ...this.rules()];
      this.#chain = undefined;
      rules.forEach((each) => this.#addArranged(each));
    }
    this.#size += 1;
  }

  remove(rule: PolicyRule): void {
    this.#size -= 1;
    if (!this.#isArranged) {
      this.#chain = withoutEntry(this.#chain, rule);
    } else if (rule.action.kind !== 'literal') {
      this.#patterns?.remove(rule);
    } else if (this.#literal !== undefined) {
      removeFromChain(this.#literal, rule.action.prefix, rule);
    }
  }

  /** The first row for the action that is accepted. */
  find(action: Folded | Input, accepts: (rule: PolicyRule) => boolean): PolicyRule | undefined {
    const input = typeof action === 'string' ? inputOf(action) : action;
    return this.#isArranged
      ? (firstInChain(this.#literal?.get(input.text), accepts) ?? this.#patterns?.find(input, accepts))
      : firstInChain(this.#chain, (rule) => matchesInput(rule.action, input) && accepts(rule));
  }

  *rules(): Generator<PolicyRule> {
    for (const head of [this.#chain, ...(this.#literal?.values() ?? []), ...(this.#patterns?.heads ?? [])]) {
      yield* chained(head);
    }
  }

  get #isArranged(): boolean {
    return this.#literal !== undefined || this.#patterns !== undefined;
  }

  #addArranged(rule: PolicyRule): void {
    if (rule.action.kind === 'literal') {
      addToChain((this.#literal ??= new Map()), rule.action.prefix, rule);
    } else {
      (this.#patterns ??= new PatternRows()).add(rule);
    }
  }
}
