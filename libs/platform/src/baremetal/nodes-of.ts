import { isCoded } from '@tke/errors';
import type { MemberCluster } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';

import { nodeKind, type Node } from '../steps/node/node.ts';

/** The Nodes as last seen; undefined until they have been seen once. */
export function nodesOf(member: MemberCluster): readonly DeepReadonly<Node>[] | undefined {
  try {
    return member.cache.list<Node>(nodeKind);
  } catch (error) {
    if (isCoded(error, 'CacheNotSynced', 'CacheNotStarted', 'KindNotCached')) {
      return undefined;
    }
    throw error;
  }
}
