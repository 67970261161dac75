import { formatExactly } from '@tke/quantity';
import type { FieldProblem } from '@tke/webhook';

import type { ProjectObject } from '../objects/kinds.ts';
import { wantedBy } from '../quota/child.ts';
import { entriesOf, totalCharged } from '../quota/entries.ts';
import { hasRoomFor } from '../quota/grant.ts';
import { limitOf, limitsByCluster, type Limits } from '../quota/limits.ts';
import { overdraftsOf, type Overdraft } from '../quota/overdraft.ts';
import { limitShortages, shortageText, type LimitShortage } from '../quota/shortage.ts';
import { shortageProblem, type Asking } from './shortage-problem.ts';

/**
 * What a project asks of its parent beyond what is free there. Its own charge counts as free. What it asked for before is not
 * refused again, and a parent that has no limits in force yet is waited for.
 */
export function allocationProblems(
  object: ProjectObject,
  oldObject: ProjectObject | undefined,
  parent: ProjectObject,
): readonly FieldProblem[] {
  if (parent.status?.cachedParent === undefined) {
    return [];
  }
  const name = parent.metadata.name ?? '';
  const others = entriesOf(parent).filter(({ uid }) => uid !== object.metadata.uid);
  const isSameParent = oldObject?.spec.parentProjectName === object.spec.parentProjectName;
  const before = isSameParent && oldObject !== undefined ? wantedBy(oldObject) : undefined;
  const shortages = limitShortages(limitOf(parent), totalCharged(others), wantedBy(object))
    .filter((shortage) => isBroughtIn(shortage, wantedBy(object), before))
    .map((shortage) => shortageProblem(shortage, askingOf(object, name)));
  return isSameParent || hasRoomFor(object, parent) ? shortages : [...shortages, full(name)];
}

function full(value: string): FieldProblem {
  const rule = `must name a project with room for more: ${shortageText(value, [{ kind: 'Full' }])}`;
  return { field: 'spec.parentProjectName', value, rule, remedy: 'Name another project.', type: 'Forbidden' };
}

function isBroughtIn(shortage: LimitShortage, wanted: Limits, before: Limits | undefined): boolean {
  const had = before?.get(shortage.cluster);
  switch (shortage.kind) {
    case 'ClusterMissing':
      return had === undefined;
    case 'Unlimited':
      return had === undefined || had.has(shortage.resource);
    case 'Short': {
      const amount = wanted.get(shortage.cluster)?.get(shortage.resource) ?? 0n;
      return amount > (had?.get(shortage.resource) ?? -1n);
    }
  }
}

/** What a change takes away although it is used below. Use is what the ledger has charged. */
export function useProblems(object: ProjectObject, oldObject: ProjectObject): readonly FieldProblem[] {
  const entries = entriesOf(oldObject);
  const before = overdraftsOf(limitsByCluster(oldObject.spec.clusters), entries);
  return overdraftsOf(limitsByCluster(object.spec.clusters), entries)
    .filter((overdraft) => !before.some((old) => isAsBad(old, overdraft)))
    .map((overdraft) => useProblem(overdraft, object));
}

function isAsBad(old: Overdraft, now: Overdraft): boolean {
  const isSameMatter = old.cluster === now.cluster && old.resource === now.resource;
  return isSameMatter && old.limit <= now.limit && (old.used !== undefined || now.used === undefined);
}

function useProblem({ cluster, resource, used }: Overdraft, { spec }: ProjectObject): FieldProblem {
  if (resource === undefined) {
    const rule = 'must stay: projects or namespaces below use the cluster';
    const remedy = 'Take the cluster from them first.';
    return { field: fieldOf(cluster), value: undefined, rule, remedy, type: 'Required' };
  }
  const field = fieldOf(cluster, resource);
  const value = spec.clusters?.[cluster]?.hard?.[resource];
  if (used === undefined) {
    const rule = 'can be limited when all projects and namespaces below that use the cluster limit it';
    return { field, value, rule, remedy: 'Set the limit in them first.', type: 'Forbidden' };
  }
  const rule = `must be at least ${formatExactly(resource, used)}, which projects and namespaces below hold`;
  return { field, value, rule, remedy: 'Lower theirs first.', type: 'Forbidden' };
}

function askingOf({ spec }: ProjectObject, project: string): Asking {
  const valueOf = (cluster: string, resource?: string) =>
    resource === undefined ? cluster : spec.clusters?.[cluster]?.hard?.[resource];
  return { project, fieldOf, valueOf };
}

function fieldOf(cluster: string, resource?: string): string {
  const field = `spec.clusters[${cluster}]`;
  return resource === undefined ? field : `${field}.hard[${resource}]`;
}
