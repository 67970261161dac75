import type { MemberClusters } from '@tke/member-cluster';
import type { Cache, StatusDependencies } from '@tke/runtime';

/** What the reconcilers of this package work with. */
export interface BusinessDependencies extends StatusDependencies {
  /** Of the hub. Each controller adds the informers it needs. */
  readonly cache: Cache;
  readonly members: MemberClusters;
}
