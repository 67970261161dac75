import { mayContain, type Input, type Letters } from '../pattern/letters.ts';
import { matches } from '../pattern/match.ts';
import { firstInChain, withEntry, withoutEntry } from './chain.ts';
import type { PolicyRule } from './entries.ts';

/**
 * Rows whose actions have wildcards, one chain per pattern. What rules most patterns out lies together, apart from the
 * rows: a decision reads one or two words of memory per pattern and touches only rows that match.
 */
export class PatternRows {
  readonly #letters: Letters[] = [];
  /** At the same place: the rows with that pattern. */
  readonly #heads: PolicyRule[] = [];

  get heads(): readonly PolicyRule[] {
    return this.#heads;
  }

  add(rule: PolicyRule): void {
    const at = this.#placeOf(rule);
    if (at < 0) {
      this.#letters.push(rule.action.letters);
      this.#heads.push(withEntry(undefined, rule));
    } else {
      this.#heads[at] = withEntry(this.#heads[at], rule);
    }
  }

  remove(rule: PolicyRule): void {
    const at = this.#placeOf(rule);
    const left = withoutEntry(this.#heads[at], rule);
    if (left !== undefined) {
      this.#heads[at] = left;
    } else if (at >= 0) {
      moveLastTo(this.#letters, at);
      moveLastTo(this.#heads, at);
    }
  }

  find(action: Input, accepts: (rule: PolicyRule) => boolean): PolicyRule | undefined {
    const letters = this.#letters;
    for (let at = 0; at < letters.length; at += 1) {
      const head = mayContain(action.letters, letters[at] ?? 0) ? this.#heads[at] : undefined;
      const rule = head && matches(head.action, action.text) ? firstInChain(head, accepts) : undefined;
      if (rule !== undefined) {
        return rule;
      }
    }
    return undefined;
  }

  // A policy has at most a few thousand patterns, and most of the time differs in the first comparison.
  #placeOf({ action }: PolicyRule): number {
    return this.#letters.findIndex((letters, at) => letters === action.letters && this.#heads[at]?.action === action);
  }
}

function moveLastTo<T>(list: T[], at: number): void {
  const last = list.pop();
  if (last !== undefined && at < list.length) {
    list[at] = last;
  }
}
