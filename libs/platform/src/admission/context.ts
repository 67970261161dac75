import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import type { KubernetesRelease } from '@tke/package-source';
import type { CacheReader } from '@tke/runtime';
import type { AdmissionUser, TellTenant } from '@tke/webhook';

/** What admission knows besides the request. */
export interface AdmissionContext {
  readonly cache: CacheReader;
  /** Where the Secrets are that objects name. */
  readonly namespace: string;
  /** The versions clusters are built with, newest first. */
  readonly catalogue: readonly KubernetesRelease[];
  /** Whom a request speaks for, as `callerTenant` of @tke/policy tells. */
  readonly callerTenant: TellTenant;
  /** Whether the caller administers his tenant, or speaks for the platform: as `administersTenant` of @tke/policy tells. */
  readonly administersTenant: (user: AdmissionUser) => boolean;
  /** What others lose with a Cluster, told to whoever deletes it. */
  readonly clusterEndWarnings: (cluster: DeepReadonly<Cluster>) => readonly string[];
}
