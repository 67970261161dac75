import type { Effect } from '../rows/row.ts';
import type { ActionTable } from './action-table.ts';
import type { RoleLink } from './entries.ts';
import type { ScopedLinks } from './scoped-links.ts';

/** The rows of one policy, by effect. */
export type PolicyRules = Readonly<Record<Effect, ActionTable | undefined>>;

/**
 * A name that rows use: of a user, group, role or policy. Links lead from node to node, so that a decision looks up the
 * caller and nothing else by name.
 */
export class RuleNode implements PolicyRules {
  /** The last search that came here. */
  search = 0;
  /** Links that hold in all domains. */
  links: RoleLink | undefined = undefined;
  scopedLinks: ScopedLinks = undefined;
  allow: ActionTable | undefined = undefined;
  deny: ActionTable | undefined = undefined;
  readonly name: string;
  /** Rows that name the node: it goes with the last of them. */
  rows = 0;

  constructor(name: string) {
    this.name = name;
  }

  get isPolicy(): boolean {
    return this.allow !== undefined || this.deny !== undefined;
  }
}
