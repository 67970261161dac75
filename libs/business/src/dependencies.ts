import type { MemberClusters } from '@tke/member-cluster';
import type { Cache, StatusDependencies } from '@tke/runtime';

/** What the reconcilers of this package work with. */
export interface BusinessDependencies extends StatusDependencies {
  /** Of the hub. Has the informers of `registerInformers`. */
  readonly cache: Cache;
  readonly members: MemberClusters;
}
