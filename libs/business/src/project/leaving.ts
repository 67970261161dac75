import { findCondition, type CacheReader } from '@tke/runtime';
import type { Clock } from '@tke/time';

import { firstNames } from '../objects/first-names.ts';
import { projectKind, type ProjectObject } from '../objects/kinds.ts';
import { parentName } from '../quota/child.ts';
import { parentIndex } from './indexes.ts';
import { parentProject } from './tree.ts';

/** How long the deletion of a project waits for children that move to another one, in milliseconds. */
export const leaveWithinMs = 600_000;

/** The projects that have a part of the limits of a project, and by their spec shall have none any more. Not those that are being deleted. */
export function leaversOf(
  { metadata: { name = '' } }: ProjectObject,
  cache: Pick<CacheReader, 'list'>,
): readonly ProjectObject[] {
  return cache
    .list(projectKind, { index: { name: parentIndex, value: name } })
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ spec, status }) => status?.cachedParent === name && spec.parentProjectName !== name);
}

/**
 * The children that a project, which is being deleted, waits for instead of deleting them: they name another project that can take them in,
 * or none, and their time is not up.
 */
export function awaitedLeavers(project: ProjectObject, cache: CacheReader, clock: Clock): readonly ProjectObject[] {
  return clock.now() < leaveUntil(project)
    ? leaversOf(project, cache).filter((child) => hasWhereToGo(child, cache))
    : [];
}

/** Whether a leaver names a project that can take it in, or none. One that does not is deleted with the project that it leaves, at once. */
export function hasWhereToGo(child: ProjectObject, cache: Pick<CacheReader, 'get'>): boolean {
  const target = parentProject(child, cache);
  return parentName(child) === '' || (target !== undefined && target.metadata.deletionTimestamp === undefined);
}

/** Milliseconds since the epoch. */
export function leaveUntil({ metadata }: ProjectObject): number {
  return Date.parse(metadata.deletionTimestamp ?? '') + leaveWithinMs;
}

/** Why a project that is to leave the one above has not; undefined when it is not to leave, or when nothing is wrong. */
export function leavingProblem({ spec, status }: ProjectObject): string | undefined {
  const { parentProjectName: named = '' } = spec;
  const { cachedParent = named, conditions } = status ?? {};
  const stalled = findCondition(conditions, 'Stalled');
  return cachedParent !== named && stalled?.status === 'True' ? stalled.reason : undefined;
}

/** For people: who is waited for, what keeps them, until when, and what to do. */
export function leavingText(project: ProjectObject, leavers: readonly ProjectObject[]): string {
  const names = firstNames(leavers.map(moveText));
  const until = new Date(leaveUntil(project)).toISOString();
  return (
    `waiting until ${leavers.length} Project has moved away (${names}); what has not by ${until} is deleted as well: ` +
    'make room in the project that it names, or name another one, or none, in its spec.parentProjectName'
  );
}

/** For people: where a leaver goes. */
export function targetText(leaver: ProjectObject): string {
  const target = parentName(leaver);
  return target === '' ? 'no project' : target;
}

function moveText(child: ProjectObject): string {
  const problem = leavingProblem(child);
  const move = `${child.metadata.name ?? ''} to ${targetText(child)}`;
  return problem === undefined ? move : `${move}: ${problem}`;
}
