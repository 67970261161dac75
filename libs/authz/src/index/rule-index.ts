import { compilePattern } from '../pattern/compile.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { parseRow, type RowDefect } from '../rows/parse-row.ts';
import { everyDomain, type LinkRow, type PolicyRow, type RuleSpec } from '../rows/row.ts';
import { ActionTable } from './action-table.ts';
import { chained, withEntry, withoutEntry } from './chain.ts';
import { isSameRule, PolicyRule, RoleLink } from './entries.ts';
import { Pool } from './pool.ts';
import { RuleNode, type PolicyRules } from './rule-node.ts';
import { allScopedLinks, scopedLinksIn, withoutScopedLink, withScopedLink } from './scoped-links.ts';

/** A Rule that takes part in no decision, and why. */
export interface DefectiveRule {
  readonly name: string;
  readonly source: string | undefined;
  readonly defects: readonly RowDefect[];
}

/**
 * All rows, arranged so that a decision touches only those the caller can reach. Every Rule object is its own entry:
 * of two Rules with the same row, removing one leaves the other. Changes are synchronous, so that a decision, which is
 * synchronous too, never sees half of one.
 */
export class RuleIndex {
  readonly #rules = new Map<string, PolicyRule | RoleLink>();
  readonly #defective = new Map<string, DefectiveRule>();
  readonly #nodes = new Map<string, RuleNode>();
  readonly #patterns = new Pool<Pattern>(compilePattern);
  readonly #texts = new Pool<string>((text) => text);
  #search = 0;

  /** Rows that take part in decisions. */
  get size(): number {
    return this.#rules.size;
  }

  /** Distinct names, texts and patterns that rows share. */
  get interned(): number {
    return this.#nodes.size + this.#texts.size + this.#patterns.size;
  }

  /** The Rules that were left out, in the order in which they came. */
  defects(): readonly DefectiveRule[] {
    return [...this.#defective.values()];
  }

  /** Every row that takes part in decisions, in the order in which they came. */
  entries(): Iterable<PolicyRule | RoleLink> {
    return this.#rules.values();
  }

  policy(name: string): PolicyRules | undefined {
    const node = this.#nodes.get(name);
    return node?.isPolicy === true ? node : undefined;
  }

  /** The links of a member in one domain; the others of the same key follow by `next`. */
  links(domain: string, member: string): RoleLink | undefined {
    const node = this.#nodes.get(member);
    return domain === everyDomain ? node?.links : scopedLinksIn(node?.scopedLinks, domain);
  }

  /** The links of a member in every domain. */
  *linksOf(member: string): Generator<RoleLink> {
    const node = this.#nodes.get(member);
    yield* chained(node?.links);
    yield* allScopedLinks(node?.scopedLinks);
  }

  node(name: string): RuleNode | undefined {
    return this.#nodes.get(name);
  }

  /** A number that no node bears as its last search: who searches marks with it where it was. */
  beginSearch(): number {
    this.#search += 1;
    return this.#search;
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
    const holder = this.#acquireNode(row.policy);
    const [object, action] = [this.#patterns.acquire(row.object), this.#patterns.acquire(row.action)];
    const origin = { name, source: this.#shareText(source) };
    const rule = new PolicyRule(origin, holder, { object, action, effect: row.effect });
    this.#rules.set(name, rule);
    (holder[rule.effect] ??= new ActionTable()).add(rule);
  }

  #removePolicyRule(rule: PolicyRule): void {
    const { holder, effect } = rule;
    const table = holder[effect];
    table?.remove(rule);
    if (table?.empty === true) {
      holder[effect] = undefined;
    }
    this.#releaseNode(holder);
    this.#patterns.release(rule.object.text);
    this.#patterns.release(rule.action.text);
  }

  #addLink(name: string, row: LinkRow, source: string | undefined): void {
    const [from, to] = [this.#acquireNode(row.member), this.#acquireNode(row.role)];
    const domain = this.#texts.acquire(row.domain);
    const link = new RoleLink({ name, source: this.#shareText(source) }, from, to, domain);
    this.#rules.set(name, link);
    if (domain === everyDomain) {
      from.links = withEntry(from.links, link);
    } else {
      from.scopedLinks = withScopedLink(from.scopedLinks, link);
    }
  }

  #removeLink(link: RoleLink): void {
    const { from, to, domain } = link;
    if (domain === everyDomain) {
      from.links = withoutEntry(from.links, link);
    } else {
      from.scopedLinks = withoutScopedLink(from.scopedLinks, link);
    }
    this.#releaseNode(from);
    this.#releaseNode(to);
    this.#texts.release(domain);
  }

  #acquireNode(name: string): RuleNode {
    let node = this.#nodes.get(name);
    if (node === undefined) {
      node = new RuleNode(name);
      this.#nodes.set(name, node);
    }
    node.rows += 1;
    return node;
  }

  #releaseNode(node: RuleNode): void {
    node.rows -= 1;
    if (node.rows === 0) {
      this.#nodes.delete(node.name);
    }
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
