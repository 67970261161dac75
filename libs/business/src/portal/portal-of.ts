import { roleOfPolicy } from '@tke/api-auth';
import type { Portal } from '@tke/api-business';
import { everyDomain } from '@tke/authz';
import type { CacheReader } from '@tke/runtime';
import type { Standing } from '@tke/webhook';

import { projectKind, type ProjectObject } from '../objects/kinds.ts';
import { tenantIndex } from '../project/indexes.ts';

type TenantUser = Extract<Standing, { readonly kind: 'tenantUser' }>;
type Answer = Omit<Portal, 'apiVersion' | 'kind' | 'metadata'>;

/** An answer must stay small: a tenant may have as many projects and policies as it likes. */
const maxProjects = 1000;
const maxPolicies = 1000;

/** What somebody is told of himself. */
export function portalOf(user: string, standing: Standing, cache: CacheReader): Answer {
  if (standing.kind === 'other') {
    return { user, administrator: false, reason: standing.reason };
  }
  const { tenant, administrator, policies } = standing;
  const all = projectsOf(standing, cache).toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const projects = all.slice(0, maxProjects);
  const byName = <T>(value: (project: ProjectObject) => T) =>
    Object.fromEntries(projects.map((project) => [nameOf(project), value(project)]));
  return {
    user,
    tenantID: tenant,
    administrator,
    policies: (policies.get(everyDomain) ?? []).slice(0, maxPolicies),
    projects: byName(({ spec }) => spec.displayName),
    roles: byName((project) => (policies.get(nameOf(project)) ?? []).map((policy) => roleOfPolicy(policy, tenant))),
    extension: byName(({ spec, status }) => ({
      ...(status?.phase !== undefined && { phase: status.phase }),
      ...(spec.parentProjectName ? { parent: spec.parentProjectName } : {}),
    })),
    ...(all.length > maxProjects && { more: all.length - maxProjects }),
  };
}

/** An administrator has a part in every project of the tenant. */
function projectsOf({ tenant, administrator, policies }: TenantUser, cache: CacheReader): readonly ProjectObject[] {
  const known = administrator
    ? cache.list(projectKind, { index: { name: tenantIndex, value: tenant } })
    : [...policies.keys()].flatMap((name) => cache.get(projectKind, { name }) ?? []);
  return known.filter(({ spec }) => spec.tenantID === tenant);
}

function nameOf({ metadata }: ProjectObject): string {
  return metadata.name ?? '';
}
