import type { Pattern } from '../pattern/pattern.ts';
import { rowText, type Effect, type Row } from '../rows/row.ts';
import type { Chained } from './chain.ts';
import type { RuleNode } from './rule-node.ts';

interface Origin {
  /** Name of the Rule object. */
  readonly name: string;
  /** What the Rule was compiled from, `<Kind>/<[namespace/]name>`; undefined when it was written by hand. */
  readonly source: string | undefined;
}

/** A p row in the index. There are many: what its node and its patterns know is not stored again. */
export class PolicyRule implements Origin, Chained<PolicyRule> {
  readonly kind = 'p';
  readonly name: string;
  readonly source: string | undefined;
  /** The policy. */
  readonly holder: RuleNode;
  readonly object: Pattern;
  readonly action: Pattern;
  readonly effect: Effect;
  next: PolicyRule | undefined = undefined;

  constructor(
    origin: Origin,
    holder: RuleNode,
    { object, action, effect }: Pick<PolicyRule, 'object' | 'action' | 'effect'>,
  ) {
    this.name = origin.name;
    this.source = origin.source;
    this.holder = holder;
    this.object = object;
    this.action = action;
    this.effect = effect;
  }

  get policy(): string {
    return this.holder.name;
  }
}

/** A g row in the index. */
export class RoleLink implements Origin, Chained<RoleLink> {
  readonly kind = 'g';
  readonly name: string;
  readonly source: string | undefined;
  readonly from: RuleNode;
  readonly to: RuleNode;
  readonly domain: string;
  next: RoleLink | undefined = undefined;

  constructor(origin: Origin, from: RuleNode, to: RuleNode, domain: string) {
    this.name = origin.name;
    this.source = origin.source;
    this.from = from;
    this.to = to;
    this.domain = domain;
  }

  get member(): string {
    return this.from.name;
  }

  get role(): string {
    return this.to.name;
  }
}

export function rowOf(entry: PolicyRule | RoleLink): Row {
  return entry.kind === 'g'
    ? { kind: 'g', member: entry.member, role: entry.role, domain: entry.domain }
    : { kind: 'p', policy: entry.policy, object: entry.object.text, action: entry.action.text, effect: entry.effect };
}

export function isSameRule(entry: PolicyRule | RoleLink, row: Row, source: string | undefined): boolean {
  return entry.source === source && rowText(rowOf(entry)) === rowText(row);
}
