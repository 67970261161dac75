import type { Project } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';

import { parentIndex, projectKind } from './kinds.ts';

/** Levels of the tree, the root included. */
export const deepest = 16;

/** The projects above, from the next one on. Ends where one is missing, where a cycle closes, and where a tree must not be deeper. */
export function ancestorsOf(
  project: DeepReadonly<Project>,
  cache: Pick<CacheReader, 'get'>,
): readonly DeepReadonly<Project>[] {
  const above: DeepReadonly<Project>[] = [];
  let next = parentOf(project, cache);
  while (
    next !== undefined &&
    above.length < deepest &&
    next.metadata.name !== project.metadata.name &&
    !above.includes(next)
  ) {
    above.push(next);
    next = parentOf(next, cache);
  }
  return above;
}

/** Levels of the tree from a project down, itself included. Does not look deeper than a tree may be. */
export function heightOf(project: DeepReadonly<Project>, cache: Pick<CacheReader, 'list'>): number {
  let level: readonly string[] = [project.metadata.name ?? ''];
  let height = 0;
  while (level.length > 0 && height <= deepest) {
    level = level.flatMap((name) => childrenOf(name, cache));
    height += 1;
  }
  return height;
}

/** All projects below that are of its tenant: they go with it. */
export function descendantsOf(
  { metadata: { name = '' }, spec: { tenantID = '' } }: DeepReadonly<Project>,
  cache: Pick<CacheReader, 'list' | 'get'>,
): readonly string[] {
  const isOfTenant = (each: string) => (cache.get(projectKind, { name: each })?.spec.tenantID ?? '') === tenantID;
  const found = new Set([name]);
  // What is added meanwhile is walked through as well.
  for (const each of found) {
    childrenOf(each, cache)
      .filter(isOfTenant)
      .forEach((child) => found.add(child));
  }
  return [...found].slice(1);
}

function childrenOf(name: string, cache: Pick<CacheReader, 'list'>): readonly string[] {
  return cache
    .list(projectKind, { index: { name: parentIndex, value: name } })
    .filter(({ spec }) => spec.parentProjectName === name)
    .map(({ metadata }) => metadata.name ?? '');
}

function parentOf({ spec }: DeepReadonly<Project>, cache: Pick<CacheReader, 'get'>): DeepReadonly<Project> | undefined {
  return spec.parentProjectName ? cache.get(projectKind, { name: spec.parentProjectName }) : undefined;
}
