import type { Cluster, SshLogin, SshProxy } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

/** What status keeps of a host. */
export type HostRecord = Omit<NonNullable<NonNullable<Cluster['status']>['hosts']>[number], 'ip'>;

/** A host as a Cluster or Machine names it, with what is known of it. */
export interface KnownHost {
  readonly ip: string;
  readonly login: DeepReadonly<SshLogin>;
  /** Undefined, or without a type: directly. */
  readonly proxy: DeepReadonly<SshProxy> | undefined;
  /** Of the object that names it; empty for none. */
  readonly tenantID: string;
  readonly record: DeepReadonly<HostRecord>;
  /**
   * Keeps what was found out; resolves when it is in status. Absent where another reconciler owns that status: such a host must have
   * shown its key before.
   */
  readonly remember?: (found: HostRecord) => Promise<void>;
}

/** Undefined for an address that is none of the cluster's. */
export type FindHost = (ip: string) => KnownHost | undefined;
