import { project, type BusinessNamespace, type Charge, type Project } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';
import { limitsOf } from '@tke/quantity';

import { entriesOf } from './entries.ts';
import { limitsByCluster, type Limits } from './limits.ts';
import { overdraftsOf } from './overdraft.ts';

/** What holds a part of a project's limits, or wants to. */
export type QuotaChild = DeepReadonly<Project | BusinessNamespace>;

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

export function isProject(child: QuotaChild): child is DeepReadonly<Project> {
  return child.kind === project.kind;
}

export function parentOf(child: QuotaChild): string {
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

export function claimOn(parent: string, child: QuotaChild, unfit?: Obstacle): Claim {
  const { name = '', uid = '', generation = 0, creationTimestamp, deletionTimestamp } = child.metadata;
  const asks = deletionTimestamp === undefined && parentOf(child) === parent;
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
