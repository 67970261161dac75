import type { ProjectPolicyBinding } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';
import type { Cache } from '@tke/runtime';

import { bindingKind, projectKind, type ProjectObject } from '../objects/kinds.ts';

/** Of Projects: by the projects whose limits they share, now or by their spec. */
export const parentIndex = 'business.parent';

/** Of Projects: by the UIDs of the projects that are charged in their ledgers. */
export const chargedIndex = 'business.charged-project';

/** Of Projects: by the clusters they have limits in. */
export const clusterIndex = 'business.cluster';

/** Of Projects: by their tenant. */
export const tenantIndex = 'business.tenant';

/** Of ProjectPolicyBindings: by their project. */
export const bindingProjectIndex = 'business.binding-project';

export function indexProjects(cache: Pick<Cache, 'informer'>): void {
  cache.informer(projectKind, {
    indexes: {
      ...{ [parentIndex]: parentNames, [chargedIndex]: chargedIn },
      [clusterIndex]: ({ spec }) => Object.keys(spec.clusters ?? {}),
      [tenantIndex]: ({ spec }) => [spec.tenantID ?? ''],
    },
  });
}

export function indexBindings(cache: Pick<Cache, 'informer'>): void {
  cache.informer(bindingKind, { indexes: { [bindingProjectIndex]: projectOf } });
}

/** The one that is named, and the one that still counts while it is not left. */
export function parentNames({ spec, status }: ProjectObject): readonly string[] {
  const names = [spec.parentProjectName, status?.cachedParent].filter((name) => name !== undefined && name !== '');
  return [...new Set(names)] as readonly string[];
}

function chargedIn({ status }: ProjectObject): readonly string[] {
  return (status?.charges ?? []).filter(({ kind }) => kind === 'Project').map(({ uid }) => uid);
}

function projectOf({ spec }: DeepReadonly<ProjectPolicyBinding>): readonly string[] {
  return [spec.projectID];
}
