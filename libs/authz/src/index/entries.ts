import type { Pattern } from '../pattern/pattern.ts';
import { rowText, type Effect, type Row } from '../rows/row.ts';
import type { Chained } from './chain.ts';

interface Origin {
  /** Name of the Rule object. */
  readonly name: string;
  /** What the Rule was compiled from, `<Kind>/<[namespace/]name>`; undefined when it was written by hand. */
  readonly source: string | undefined;
}

/** A p row in the index. */
export interface PolicyRule extends Origin, Chained<PolicyRule> {
  readonly kind: 'p';
  readonly policy: string;
  readonly object: Pattern;
  readonly action: Pattern;
  readonly effect: Effect;
}

/** A g row in the index. */
export interface RoleLink extends Origin, Chained<RoleLink> {
  readonly kind: 'g';
  readonly member: string;
  readonly role: string;
  readonly domain: string;
}

export function rowOf(entry: PolicyRule | RoleLink): Row {
  return entry.kind === 'g'
    ? { kind: 'g', member: entry.member, role: entry.role, domain: entry.domain }
    : { kind: 'p', policy: entry.policy, object: entry.object.text, action: entry.action.text, effect: entry.effect };
}

export function isSameRule(entry: PolicyRule | RoleLink, row: Row, source: string | undefined): boolean {
  return entry.source === source && rowText(rowOf(entry)) === rowText(row);
}
