import { isCoded } from '@tke/errors';
import type { MemberCluster } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';

import { isReady, nodeKind, type Node } from '../steps/node/node.ts';

/** As last seen; undefined where they are not watched, or have not been seen yet. */
export function watchedNodes(cache: MemberCluster['cache']): readonly DeepReadonly<Node>[] | undefined {
  try {
    return cache.list(nodeKind);
  } catch (error) {
    if (isCoded(error, 'KindNotCached', 'CacheNotStarted', 'CacheNotSynced')) {
      return undefined;
    }
    throw error;
  }
}

/** The names of those that are not ready, in the order of names. */
export function unreadyNodes(cache: MemberCluster['cache']): readonly string[] {
  const unready = (watchedNodes(cache) ?? []).filter((node) => !isReady(node));
  return unready.map(({ metadata }) => metadata.name ?? '').toSorted();
}
