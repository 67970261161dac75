import type { Cluster } from '@tke/api-platform';
import type { CodedError } from '@tke/errors';
import type { MemberCluster } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';
import type { Waiting } from '@tke/plan';

import type { MarkOwner } from './cluster-mark.ts';

/** What the steps of an import have to work with. */
export interface ImportScope {
  readonly cluster: DeepReadonly<Cluster>;
  readonly member: MemberCluster;
  /** What the mark in the member is to say. */
  readonly owner: MarkOwner;
  /** All Clusters of the hub. */
  readonly clusters: () => readonly DeepReadonly<Cluster>[];
  /** Tells which cluster it is: the UID of its namespace kube-system. */
  readonly identify: (uid: string) => void;
  /**
   * Tells why the cluster cannot be imported as it is, and has the step asked again after a while: what mends it happens elsewhere,
   * in the cluster or in a Secret, and nobody tells us.
   */
  readonly refuse: (error: CodedError) => Waiting;
}
