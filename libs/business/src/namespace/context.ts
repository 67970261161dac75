import { project, type HardList, type Project } from '@tke/api-business';
import { isNotFound } from '@tke/kube-client';
import type { MemberCluster } from '@tke/member-cluster';
import { coreKinds, type DeepReadonly, type Kind } from '@tke/meta';
import { isCoded } from '@tke/errors';
import type { CacheReader } from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import type { OwnWrites } from '../objects/own-writes.ts';
import { claimsOf, type Claim } from './claims.ts';
import { atMost, isSameHard } from './in-force.ts';
import { limitRange, resourceQuota } from './member-kinds.ts';
import { chargeFor } from './quota-decision.ts';

const projectKind: Kind<Project> = project;

/** What keeping and removing a Namespace work with. */
export interface NamespaceTools extends BusinessDependencies {
  /** In members. */
  readonly recent: OwnWrites;
  readonly own: OwnWrites<Claim>;
}

export function parentOf(
  { cache }: Pick<NamespaceTools, 'cache'>,
  { metadata }: Claim,
): DeepReadonly<Project> | undefined {
  return cache.get(projectKind, { name: metadata.namespace ?? '' });
}

/** The others that claim the same namespace of the member. */
export function rivalsOf({ cache }: { readonly cache: CacheReader }, { metadata, spec }: Claim): readonly Claim[] {
  return claimsOf(cache, spec.clusterName, spec.namespace).filter((other) => other.metadata.uid !== metadata.uid);
}

/**
 * What is in force in the member at most, for a status that is written without having looked. A pass that was cut off may have put in force
 * what its status never told, and what the project has charged for; the project takes nothing of that back before the status speaks of the
 * present generation. Its ledger is read afresh for that, because a cache may still have what was taken back long ago.
 */
export async function heldAtMost(
  tools: Pick<NamespaceTools, 'cache' | 'client'>,
  claim: Claim,
  signal: AbortSignal,
): Promise<HardList | undefined> {
  const { metadata, status } = claim;
  const held = (status?.cachedSpecHard ?? undefined) as HardList | undefined;
  const most = atMost(held, chargeFor(claim, parentOf(tools, claim)));
  const isTold = most === undefined || (held !== undefined && isSameHard(held, most));
  if (status?.observedGeneration === metadata.generation || isTold) {
    return held;
  }
  try {
    const parent = await tools.client.get(projectKind, { name: metadata.namespace ?? '' }, { signal });
    return atMost(held, chargeFor(claim, parent));
  } catch (error) {
    if (isNotFound(error)) {
      return held;
    }
    throw error;
  }
}

/** Whether the caches of a member hold all that concerns Namespaces. */
export function isSynced({ cache }: MemberCluster): boolean {
  try {
    [coreKinds.namespace, resourceQuota, limitRange].forEach((kind: Kind) => cache.list(kind));
    return true;
  } catch (error) {
    if (isCoded(error, 'CacheNotSynced', 'KindNotCached', 'CacheNotStarted')) {
      return false;
    }
    throw error;
  }
}
