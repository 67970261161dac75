import type { CacheReader } from '@tke/runtime';

import { projectKind, type ProjectObject } from '../objects/kinds.ts';
import { parentName, type QuotaChild } from '../quota/child.ts';
import { parentIndex } from './indexes.ts';

/** Levels of the tree, the root included. */
export const deepest = 16;

/** Of a Project the one that it names, of a Namespace the one that it lives in. */
export function parentProject(child: QuotaChild, cache: Pick<CacheReader, 'get'>): ProjectObject | undefined {
  const name = parentName(child);
  return name === '' ? undefined : cache.get(projectKind, { name });
}

/** The projects above, from the next one on. Ends where one is missing, where a cycle closes, and where a tree must not be deeper. */
export function ancestorsOf(project: ProjectObject, cache: Pick<CacheReader, 'get'>): readonly ProjectObject[] {
  const above: ProjectObject[] = [];
  let next = parentProject(project, cache);
  while (
    next !== undefined &&
    above.length < deepest &&
    next.metadata.name !== project.metadata.name &&
    !above.includes(next)
  ) {
    above.push(next);
    next = parentProject(next, cache);
  }
  return above;
}

/** Levels of the tree from a project down, itself included. Does not look deeper than a tree may be. */
export function heightOf(project: ProjectObject, cache: Pick<CacheReader, 'list'>): number {
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
  { metadata: { name = '' }, spec: { tenantID = '' } }: ProjectObject,
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
