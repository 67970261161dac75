import type { Amounts } from '@tke/quantity';

import type { ProjectObject } from '../objects/kinds.ts';
import { totalCharged, type Entry } from '../quota/entries.ts';
import { grantOf } from '../quota/grant.ts';
import { limitsByCluster, sameLimits, writtenLimits, type Limits } from '../quota/limits.ts';
import { overdraftsOf } from '../quota/overdraft.ts';

/** What a project may act on, as its status says it. */
export interface InForce {
  readonly cachedParent?: string;
  readonly cachedSpecClusters?: ReturnType<typeof writtenLimits>;
  /** Whether that is what its spec asks for. */
  readonly isWanted: boolean;
}

/**
 * What is put in force next. Raising and moving need a grant of the parent that is named; lowering needs none, as far as the children
 * leave room.
 */
export function nextInForce(
  project: ProjectObject,
  parent: ProjectObject | undefined,
  held: readonly Entry[],
): InForce {
  const { spec, status = {} } = project;
  const wanted = limitsByCluster(spec.clusters);
  const named = spec.parentProjectName ?? '';
  if (named === '') {
    return { cachedParent: '', isWanted: true };
  }
  const isGranted = parent !== undefined && grantOf(parent, project) !== undefined;
  if (isGranted && overdraftsOf(wanted, held).length === 0) {
    return { cachedParent: named, cachedSpecClusters: writtenLimits(wanted), isWanted: true };
  }
  const { cachedParent, cachedSpecClusters } = status;
  if (cachedParent === undefined || cachedParent === '') {
    return { ...(cachedParent === '' && { cachedParent }), isWanted: false };
  }
  const inForce = limitsByCluster(cachedSpecClusters);
  const next = cachedParent === named ? lowered(inForce, wanted, totalCharged(held)) : inForce;
  return {
    cachedParent,
    cachedSpecClusters: writtenLimits(next),
    isWanted: cachedParent === named && sameLimits(next, wanted),
  };
}

/** As much of `wanted` as takes nothing from anybody: no more than is in force, and no less than is used. */
function lowered(inForce: Limits, wanted: Limits, used: Limits): Limits {
  const kept = [...inForce].filter(([cluster]) => wanted.has(cluster) || used.has(cluster));
  return new Map(
    kept.map(([cluster, amounts]) => [cluster, loweredIn(amounts, wanted.get(cluster), used.get(cluster))]),
  );
}

function loweredIn(inForce: Amounts, wanted: Amounts | undefined, used: Amounts | undefined): Amounts {
  return new Map(
    [...inForce].map(([kind, amount]) => {
      const asked = wanted?.get(kind) ?? amount;
      const least = used?.get(kind) ?? 0n;
      const next = asked > least ? asked : least;
      return [kind, next < amount ? next : amount];
    }),
  );
}
