import { cluster, type Cluster } from '@tke/api-platform';
import type { CacheReader } from '@tke/runtime';

/** What tells a Cluster from others that have had its name. */
export interface ClusterIdentity {
  readonly uid: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Of the Cluster of this name, from a cache that `watchAuthorization` feeds; undefined while there is none. */
export function clusterIdentity(cache: CacheReader, name: string): ClusterIdentity | undefined {
  const found = cache.get<Cluster>(cluster, { name });
  const { uid, creationTimestamp } = found?.metadata ?? {};
  return uid === undefined ? undefined : { uid, createdAt: Date.parse(creationTimestamp ?? '') };
}
