import { compilePattern } from '../pattern/compile.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { parseRow, type RowDefect } from '../rows/parse-row.ts';
import type { Effect, LinkRow, PolicyRow, RuleSpec } from '../rows/row.ts';
import { ActionTable } from './action-table.ts';
import { addToChain, removeFromChain } from './chain.ts';
import { isSameRule, type PolicyRule, type RoleLink } from './entries.ts';
import { Pool } from './pool.ts';

/** A Rule that takes part in no decision, and why. */
export interface DefectiveRule {
  readonly name: string;
  readonly source: string | undefined;
  readonly defects: readonly RowDefect[];
}

/** The rows of one policy, by effect. */
export type PolicyRules = Readonly<Record<Effect, ActionTable | undefined>>;

/**
 * All rows, arranged so that a decision touches only those the caller can reach. Every Rule object is its own entry:
 * of two Rules with the same row, removing one leaves the other. Changes are synchronous, so that a decision, which is
 * synchronous too, never sees half of one.
 */
export class RuleIndex {
  readonly #rules = new Map<string, PolicyRule | RoleLink>();
  readonly #defective = new Map<string, DefectiveRule>();
  readonly #policies = new Map<string, Record<Effect, ActionTable | undefined>>();
  /** Domain, then member. */
  readonly #links = new Map<string, Map<string, RoleLink>>();
  readonly #patterns = new Pool<Pattern>(compilePattern);
  readonly #texts = new Pool<string>((text) => text);

  /** Rows that take part in decisions. */
  get size(): number {
    return this.#rules.size;
  }

  /** Distinct texts and patterns that rows share. */
  get interned(): number {
    return this.#texts.size + this.#patterns.size;
  }

  /** The Rules that were left out, in the order in which they came. */
  defects(): readonly DefectiveRule[] {
    return [...this.#defective.values()];
  }

  policy(name: string): PolicyRules | undefined {
    return this.#policies.get(name);
  }

  /** The links of a member in one domain; the others of the same key follow by `next`. */
  links(domain: string, member: string): RoleLink | undefined {
    return this.#links.get(domain)?.get(member);
  }

  /**
   * Adds or replaces the row of a Rule. A row with defects takes part in no decision and disturbs no other row.
   * @returns the defects; empty when the row is in use.
   */
  upsert(name: string, spec: RuleSpec, source?: string): readonly RowDefect[] {
    const parsed = parseRow(spec);
    if (!parsed.ok) {
      this.remove(name);
      this.#defective.set(name, { name, source, defects: parsed.defects });
      return parsed.defects;
    }
    const present = this.#rules.get(name);
    if (present !== undefined && isSameRule(present, parsed.row, source)) {
      return [];
    }
    this.remove(name);
    if (parsed.row.kind === 'p') {
      this.#addPolicyRule(name, parsed.row, source);
    } else {
      this.#addLink(name, parsed.row, source);
    }
    return [];
  }

  /** @returns whether the Rule was known. */
  remove(name: string): boolean {
    const entry = this.#rules.get(name);
    if (entry === undefined) {
      return this.#defective.delete(name);
    }
    this.#rules.delete(name);
    this.#releaseText(entry.source);
    if (entry.kind === 'p') {
      this.#removePolicyRule(entry);
    } else {
      this.#removeLink(entry);
    }
    return true;
  }

  #addPolicyRule(name: string, row: PolicyRow, source: string | undefined): void {
    const rule: PolicyRule = {
      kind: 'p',
      name,
      source: this.#shareText(source),
      policy: this.#texts.acquire(row.policy),
      object: this.#patterns.acquire(row.object),
      action: this.#patterns.acquire(row.action),
      effect: row.effect,
      next: undefined,
    };
    this.#rules.set(name, rule);
    let rules = this.#policies.get(rule.policy);
    if (rules === undefined) {
      rules = { allow: undefined, deny: undefined };
      this.#policies.set(rule.policy, rules);
    }
    (rules[rule.effect] ??= new ActionTable()).add(rule);
  }

  #removePolicyRule(rule: PolicyRule): void {
    const rules = this.#policies.get(rule.policy);
    const table = rules?.[rule.effect];
    table?.remove(rule);
    if (rules !== undefined && table?.empty === true) {
      rules[rule.effect] = undefined;
      if (rules.allow === undefined && rules.deny === undefined) {
        this.#policies.delete(rule.policy);
      }
    }
    this.#texts.release(rule.policy);
    this.#patterns.release(rule.object.text);
    this.#patterns.release(rule.action.text);
  }

  #addLink(name: string, row: LinkRow, source: string | undefined): void {
    const domain = this.#texts.acquire(row.domain);
    let members = this.#links.get(domain);
    if (members === undefined) {
      members = new Map();
      this.#links.set(domain, members);
    }
    const link: RoleLink = {
      kind: 'g',
      name,
      source: this.#shareText(source),
      member: members.get(row.member)?.member ?? row.member,
      role: this.#texts.acquire(row.role),
      domain,
      next: undefined,
    };
    this.#rules.set(name, link);
    addToChain(members, link.member, link);
  }

  #removeLink(link: RoleLink): void {
    const members = this.#links.get(link.domain);
    if (members !== undefined) {
      removeFromChain(members, link.member, link);
      if (members.size === 0) {
        this.#links.delete(link.domain);
      }
    }
    this.#texts.release(link.role);
    this.#texts.release(link.domain);
  }

  #shareText(text: string | undefined): string | undefined {
    return text === undefined ? undefined : this.#texts.acquire(text);
  }

  #releaseText(text: string | undefined): void {
    if (text !== undefined) {
      this.#texts.release(text);
    }
  }
}
