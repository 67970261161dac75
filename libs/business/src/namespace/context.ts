import type { HardList } from '@tke/api-business';
import type { MemberCluster } from '@tke/member-cluster';
import { coreKinds, type Kind } from '@tke/meta';
import { isCoded } from '@tke/errors';
import type { CacheReader } from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import { projectKind } from '../objects/kinds.ts';
import type { OwnWrites } from '../objects/own-writes.ts';
import { undefinedIfGone } from '../objects/undefined-if-gone.ts';
import { parentProject } from '../project/tree.ts';
import { claimantsOf, type Claimant } from './claimants.ts';
import { atMost, isSameHard } from './in-force.ts';
import { limitRange, resourceQuota } from './member-kinds.ts';
import { chargeFor } from './quota-decision.ts';

/** What keeping and removing a Namespace work with. */
export interface NamespaceTools extends BusinessDependencies {
  /** In members. */
  readonly recent: OwnWrites;
  readonly own: OwnWrites<Claimant>;
}

/** The others that claim the same namespace of the member. */
export function rivalsOf(
  { cache }: { readonly cache: CacheReader },
  { metadata, spec }: Claimant,
): readonly Claimant[] {
  return claimantsOf(cache, spec.clusterName, spec.namespace).filter((other) => other.metadata.uid !== metadata.uid);
}

/**
 * What is in force in the member at most, for a status that is written without having looked. A pass that was cut off may have put in force
 * what its status never told, and what the project has charged for; the project takes nothing of that back before the status speaks of the
 * present generation. Its ledger is read afresh for that, because a cache may still have what was taken back long ago.
 */
export async function heldAtMost(
  tools: Pick<NamespaceTools, 'cache' | 'client'>,
  claimant: Claimant,
  signal: AbortSignal,
): Promise<HardList | undefined> {
  const { metadata, status } = claimant;
  const held = (status?.cachedSpecHard ?? undefined) as HardList | undefined;
  const most = atMost(held, chargeFor(claimant, parentProject(claimant, tools.cache)));
  const isTold = most === undefined || (held !== undefined && isSameHard(held, most));
  if (status?.observedGeneration === metadata.generation || isTold) {
    return held;
  }
  const parent = await tools.client
    .get(projectKind, { name: metadata.namespace ?? '' }, { signal })
    .catch(undefinedIfGone);
  return atMost(held, chargeFor(claimant, parent));
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
