import {
  and,
  kindSource,
  type Enqueue,
  type InformerOptions,
  type Mapper,
  type Predicate,
  type Source,
} from '@tke/runtime';
import { kindKey, type Kind, type KubeObject } from '@tke/meta';

import type { MemberClusters } from '../member-clusters.ts';
import type { MemberCluster } from '../member/member-cluster.ts';

/** The Cluster of a member, whenever there is news of it: for the reconciler of Clusters. */
export function memberEvents(members: MemberClusters): Source {
  return {
    name: 'member events',
    start(enqueue, signal) {
      const end = members.onEvent(({ member }) => enqueue({ name: member.name }));
      signal.addEventListener('abort', end, { once: true });
      return Promise.resolve();
    },
  };
}

export interface MemberKindSourceOptions<T extends KubeObject> {
  readonly members: MemberClusters;
  readonly kind: Kind<T>;
  readonly map: Mapper<T>;
  /** All of them must let an event pass. */
  readonly predicates?: readonly Predicate<T>[];
  readonly informer?: InformerOptions<T>;
  /** Default: every member. Looked at once, when the member joins. */
  readonly concerns?: (member: MemberCluster) => boolean;
}

/**
 * The objects of one kind in every member, those that join later included; each request names its cluster. Waits for none of
 * them at the start, as one that does not answer would keep all others waiting.
 */
export function memberKindSource<T extends KubeObject>(options: MemberKindSourceOptions<T>): Source {
  const { members, kind, map, predicates = [], informer, concerns = () => true } = options;
  const follow = (member: MemberCluster, enqueue: Enqueue, signal: AbortSignal) => {
    member.cache.informer(kind, informer);
    const source = kindSource({ cache: member.cache, kind, map, predicate: and(...predicates), cluster: member.name });
    // Its initial state arrives when the member answers; until then there is nothing to wait for.
    source.start(enqueue, AbortSignal.any([signal, member.signal])).catch(() => undefined);
  };
  return {
    name: `${kindKey(kind)} of members`,
    start(enqueue, signal) {
      const end = members.onEvent(({ type, member }) => {
        if (type === 'Joined' && concerns(member)) {
          follow(member, enqueue, signal);
        }
      });
      signal.addEventListener('abort', end, { once: true });
      return Promise.resolve();
    },
  };
}
