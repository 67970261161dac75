import type { Charge, Project } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';

import { limitsByCluster, total, writtenLimits, type Limits } from './limits.ts';

/** A charge of the ledger: what is set aside for one child. */
export interface Entry extends Pick<Charge, 'kind' | 'name' | 'uid'> {
  /** The state of the child it was granted for. 0: it was not granted, but is in force all the same. */
  readonly generation: number;
  readonly clusters: Limits;
}

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

export function totalCharged(entries: readonly Entry[]): Limits {
  return total(entries.map(({ clusters }) => clusters));
}
