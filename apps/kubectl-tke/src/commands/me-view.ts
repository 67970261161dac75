import { table } from '../output/table.ts';

export interface MyProject {
  readonly name: string;
  readonly displayName: string;
  /** Names of policies; `owner`, `member` and `viewer` for those that every tenant gets. */
  readonly roles: readonly string[];
  readonly phase: string | undefined;
  readonly parent: string | undefined;
}

export type Me =
  | {
      readonly user: string;
      readonly tenant: string;
      readonly administrator: boolean;
      /** Policies held everywhere in the tenant. */
      readonly policies: readonly string[];
      readonly projects: readonly MyProject[];
      /** Further projects, which are not told. */
      readonly more: number;
    }
  | { readonly user: string; readonly tenant: undefined; readonly reason: string };

export function meLines(me: Me): readonly string[] {
  if (me.tenant === undefined) {
    return [`user ${me.user}: ${me.reason}`, 'RBAC alone decides what you may do; --as <user> tells of others.'];
  }
  const { user, tenant, administrator, policies, projects, more } = me;
  const rows = projects.map(({ name, displayName, roles, phase = '', parent = '' }) => [
    ...[name, displayName, roles.join(', ')],
    ...[phase, parent],
  ]);
  return [
    `user ${user} of tenant ${tenant}`,
    `administrator of the tenant: ${administrator ? 'yes' : 'no'}`,
    ...(policies.length === 0 ? [] : [`everywhere: ${policies.join(', ')}`]),
    ...(rows.length === 0 ? ['no projects'] : table(['PROJECT', 'NAME', 'ROLE', 'PHASE', 'PARENT'], rows)),
    ...(more === 0 ? [] : [`and ${more} more`]),
  ];
}
