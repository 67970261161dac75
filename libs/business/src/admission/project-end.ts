import type { CacheReader } from '@tke/runtime';

import { firstNames } from '../objects/first-names.ts';
import { namespaceKind, type ProjectObject } from '../objects/kinds.ts';
import { hasWhereToGo, leaversOf, leaveWithinMs, targetText } from '../project/leaving.ts';
import { descendantsOf } from '../project/tree.ts';

/** What goes with a project, as far as the cache knows. `kubectl delete` does not ask, and nobody gets it back. */
export function endWarnings(project: ProjectObject, cache: CacheReader): readonly string[] {
  const { name = '' } = project.metadata;
  const below = descendantsOf(project, cache);
  const namespaces = [name, ...below].flatMap((each) => cache.list(namespaceKind, { namespace: each }));
  const lost = [
    ...(below.length > 0 ? [counted(below.length, 'project', below)] : []),
    ...(namespaces.length > 0
      ? [`${counted(namespaces.length, 'namespace', [])} of clusters with all that runs there`]
      : []),
  ];
  return [
    ...(lost.length === 0 ? [] : [`with Project ${name} are deleted: ${lost.join(', and ')}`]),
    ...leaversOf(project, cache)
      // Who moves to one of those goes with it, and is among them.
      .filter(({ metadata }) => !below.includes(metadata.name ?? ''))
      .map((leaver) => leaverWarning(leaver, cache)),
  ];
}

function leaverWarning(leaver: ProjectObject, cache: CacheReader): string {
  const { name = '' } = leaver.metadata;
  const target = targetText(leaver);
  return hasWhereToGo(leaver, cache)
    ? `Project ${name} is deleted too unless it has moved to ${target} within ${leaveWithinMs / 60_000} minutes`
    : `Project ${name} is deleted too: it cannot move to ${target}, which does not exist or is being deleted`;
}

function counted(count: number, what: string, names: readonly string[]): string {
  const some = names.length === 0 ? '' : ` (${firstNames(names)})`;
  return `${count} ${what}${count === 1 ? '' : 's'}${some}`;
}
