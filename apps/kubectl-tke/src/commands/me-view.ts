import type { Project } from '@tke/api-business';

import { table } from '../output/table.ts';

export interface MyProject {
  readonly project: Project;
  /** Names of policies; `owner`, `member` and `viewer` for those that every tenant gets. */
  readonly roles: readonly string[];
}

export interface Me {
  readonly user: string;
  readonly tenant: string;
  /** Undefined: it cannot be told. */
  readonly administrator: boolean | undefined;
  /** `rules`: computed from them; `server`: as far as the server tells about oneself. */
  readonly from: 'rules' | 'server';
  /** Policies held everywhere in the tenant. Undefined: they cannot be told. */
  readonly policies: readonly string[] | undefined;
  readonly projects: readonly MyProject[];
}

export function meDocument({ projects, ...me }: Me): object {
  return {
    ...me,
    projects: projects.map(({ project: { metadata, spec, status }, roles }) => ({
      ...{ name: metadata.name, displayName: spec.displayName, roles },
      ...{ phase: status?.phase, parent: spec.parentProjectName },
    })),
  };
}

export function meLines({ user, tenant, administrator, policies, projects }: Me): readonly string[] {
  const rows = projects.map(({ project: { metadata, spec, status }, roles }) => [
    metadata.name ?? '',
    spec.displayName,
    roles.join(', '),
    status?.phase ?? '',
    spec.parentProjectName ?? '',
  ]);
  return [
    `user ${user} of tenant ${tenant}`,
    `administrator of the tenant: ${administrator === undefined ? 'not known' : administrator ? 'yes' : 'no'}`,
    ...(policies === undefined || policies.length === 0 ? [] : [`everywhere: ${policies.join(', ')}`]),
    ...(rows.length === 0 ? ['no projects'] : table(['PROJECT', 'NAME', 'ROLE', 'PHASE', 'PARENT'], rows)),
  ];
}
