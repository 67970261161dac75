import type { Cluster, Leftover, Machine } from '@tke/api-platform';
import type { Client } from '@tke/kube-client';
import type { DeepReadonly } from '@tke/meta';

import type { HostSession } from '../hosts/host-session.ts';

/** What the steps of a deletion have to work with. */
export interface DeleteScope {
  readonly cluster: DeepReadonly<Cluster>;
  /** Of the control plane. */
  readonly hosts: readonly string[];
  /** Those that are left, ones that are being deleted included. */
  readonly machines: () => readonly DeepReadonly<Machine>[];
  deleteMachine(machine: DeepReadonly<Machine>): Promise<void>;
  session(ip: string): Promise<HostSession>;
  /** The host belongs to nobody afterwards. */
  release(ip: string): Promise<void>;
  /** For the API server of the cluster. */
  member(): Client;
  /** What could not be removed. */
  leaveBehind(leftover: Leftover): Promise<void>;
}
