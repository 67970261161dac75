/** `spec` of a Rule object: one Casbin row. Absent and empty mean the same. */
export interface RuleSpec {
  readonly ptype: string;
  readonly v0?: string;
  readonly v1?: string;
  readonly v2?: string;
  readonly v3?: string;
  readonly v4?: string;
  readonly v5?: string;
  readonly v6?: string;
}

export type Effect = 'allow' | 'deny';

/** A policy allows or denies an action on an object. */
export interface PolicyRow {
  readonly kind: 'p';
  readonly policy: string;
  readonly object: string;
  readonly action: string;
  readonly effect: Effect;
}

/** A member holds a role, group or policy, in one project or everywhere (`*`). */
export interface LinkRow {
  readonly kind: 'g';
  readonly member: string;
  readonly role: string;
  readonly domain: string;
}

export type Row = PolicyRow | LinkRow;

/** The domain of links that hold everywhere. */
export const everyDomain = '*';

export const ruleColumns = ['v0', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6'] as const;
export type RuleColumn = (typeof ruleColumns)[number];

/** The Rule that stores a row. */
export function ruleSpec(row: Row): RuleSpec {
  return row.kind === 'p'
    ? { ptype: 'p', v0: row.policy, v1: everyDomain, v2: row.object, v3: row.action, v4: row.effect }
    : { ptype: 'g', v0: row.member, v1: row.role, v2: row.domain };
}

/** The row as Casbin's policy files write it. */
export function rowText(row: Row): string {
  return row.kind === 'p'
    ? `p, ${row.policy}, ${everyDomain}, ${row.object}, ${row.action}, ${row.effect}`
    : `g, ${row.member}, ${row.role}, ${row.domain}`;
}
