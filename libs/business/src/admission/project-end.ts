import type { Project } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';

import { namespaceKind } from '../project/kinds.ts';
import { descendantsOf } from '../project/tree.ts';

const shownNames = 3;

/** What goes with a project, as far as the cache knows. `kubectl delete` does not ask, and nobody gets it back. */
export function endWarnings(project: DeepReadonly<Project>, cache: CacheReader): readonly string[] {
  const { name = '' } = project.metadata;
  const below = descendantsOf(project, cache);
  const namespaces = [name, ...below].flatMap((each) => cache.list(namespaceKind, { namespace: each }));
  const lost = [
    ...(below.length > 0 ? [counted(below.length, 'project', below)] : []),
    ...(namespaces.length > 0
      ? [`${counted(namespaces.length, 'namespace', [])} of clusters with all that runs there`]
      : []),
  ];
  return lost.length === 0 ? [] : [`with Project ${name} are deleted: ${lost.join(', and ')}`];
}

function counted(count: number, what: string, names: readonly string[]): string {
  const shown = names.toSorted().slice(0, shownNames);
  const some = shown.length === 0 ? '' : ` (${shown.join(', ')}${names.length > shownNames ? ', …' : ''})`;
  return `${count} ${what}${count === 1 ? '' : 's'}${some}`;
}
