import type { Charge } from '@tke/api-business';

import { holdsMore, inForceUnder, isProject, parentName, wantedBy, type QuotaChild } from './child.ts';
import type { Limits } from './limits.ts';

/** Why a child gets nothing of this parent, however much is left. */
export type Obstacle = 'OtherTenant' | 'Cycle' | 'TooDeep' | 'HoldsMore';

/** What one child has of a project's limits, and what it asks for. */
export interface Claim {
  readonly kind: Charge['kind'];
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly createdAt: string;
  /** Undefined: it asks nothing of this project, because it goes away or names another one. */
  readonly wanted: Limits | undefined;
  /** What it may act on now. Undefined: nothing has ever been in force. */
  readonly inForce: Limits | undefined;
  /** Whether `inForce` is the last word: until the child has looked at what it was last told, it may have put more in force than it says. */
  readonly isObserved: boolean;
  readonly obstacle?: Obstacle;
}

export function claimOn(parent: string, child: QuotaChild, unfit?: Obstacle): Claim {
  const { name = '', uid = '', generation = 0, creationTimestamp, deletionTimestamp } = child.metadata;
  const asks = deletionTimestamp === undefined && parentName(child) === parent;
  const obstacle = unfit ?? (holdsMore(child) ? 'HoldsMore' : undefined);
  return {
    kind: isProject(child) ? 'Project' : 'Namespace',
    ...{ name, uid, generation, createdAt: creationTimestamp ?? '' },
    wanted: asks ? wantedBy(child) : undefined,
    inForce: inForceUnder(parent, child),
    isObserved: child.status?.observedGeneration === generation,
    ...(obstacle && { obstacle }),
  };
}
