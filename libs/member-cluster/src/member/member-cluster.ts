import type { Client, ClusterConfig, Discovery } from '@tke/kube-client';
import type { CacheReader, Informer, InformerOptions } from '@tke/runtime';
import type { Kind, KubeObject } from '@tke/meta';

import type { Health } from '../health/health.ts';
import type { MemberFacts } from './facts.ts';

export interface MemberCache extends CacheReader {
  /** As `Cache.informer` of the runtime. May be called at any time: the informer fills when the member answers. */
  informer<T extends KubeObject>(kind: Kind<T>, options?: InformerOptions<T>): Informer<T>;
}

/** Access to one member. All of it stays the same object while credential and address change. */
export interface MemberCluster {
  /** Of its Cluster. */
  readonly name: string;
  readonly tenantID: string | undefined;
  /**
   * Rejects at once with `MemberNotReady` (Retryable) while the member does not answer, so that nobody waits for a dead one.
   * Its `close` does nothing.
   */
  readonly client: Client;
  /** What was last seen of the member, however old: see `health.lastSeen`. */
  readonly cache: MemberCache;
  readonly discovery: Discovery;
  readonly health: Health;
  readonly facts: MemberFacts | undefined;
  /** How it is reached, and as whom: holds secrets. Absent while there is no way to it. */
  readonly config?: ClusterConfig | undefined;
  /** Aborts when the member is removed. */
  readonly signal: AbortSignal;
}
