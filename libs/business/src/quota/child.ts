import { project, type BusinessNamespace, type Project } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';
import { limitsOf } from '@tke/quantity';

import type { ProjectObject } from '../objects/kinds.ts';
import { entriesOf } from './entries.ts';
import { limitsByCluster, type Limits } from './limits.ts';
import { overdraftsOf } from './overdraft.ts';

/** What holds a part of a project's limits, or wants to. */
export type QuotaChild = DeepReadonly<Project | BusinessNamespace>;

export function isProject(child: QuotaChild): child is ProjectObject {
  return child.kind === project.kind;
}

/** Name of the project above: of a Project the one that it names, if any, of a Namespace the one that it lives in. */
export function parentName(child: QuotaChild): string {
  return isProject(child) ? (child.spec.parentProjectName ?? '') : (child.metadata.namespace ?? '');
}

export function wantedBy(child: QuotaChild): Limits {
  return isProject(child)
    ? limitsByCluster(child.spec.clusters)
    : new Map([[child.spec.clusterName, limitsOf(child.spec.hard)]]);
}

/** What a child may act on now out of the limits of a parent. */
export function inForceUnder(parent: string, child: QuotaChild): Limits | undefined {
  if (isProject(child)) {
    const { cachedParent, cachedSpecClusters } = child.status ?? {};
    return cachedParent === parent ? limitsByCluster(cachedSpecClusters) : undefined;
  }
  const hard = child.status?.cachedSpecHard;
  return hard === undefined || hard === null ? undefined : new Map([[child.spec.clusterName, limitsOf(hard)]]);
}

/**
 * Whether a child has handed on more than it wants itself. It could not take what it wants, and nothing must be set aside that nobody
 * takes. Once this is false it stays so for as long as the spec is the same: nothing is handed on beyond the spec.
 */
export function holdsMore(child: QuotaChild): boolean {
  return isProject(child) && overdraftsOf(wantedBy(child), entriesOf(child)).length > 0;
}
