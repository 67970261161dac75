import type { Charge, Project } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';

import { limitsByCluster, writtenLimits } from './limits.ts';
import type { Entry } from './settle.ts';

/** The ledger of a project as it is stored. */
export function entriesOf({ status }: DeepReadonly<Pick<Project, 'status'>>): readonly Entry[] {
  return (status?.charges ?? []).map(({ kind, name, uid, generation, clusters }) => {
    return { kind, name, uid, generation, clusters: limitsByCluster(clusters) };
  });
}

export function chargesOf(entries: readonly Entry[]): Charge[] {
  return entries.map(({ kind, name, uid, generation, clusters }) => {
    return { kind, name, uid, generation, clusters: writtenLimits(clusters) };
  });
}
