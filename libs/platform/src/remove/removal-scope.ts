import type { Cluster, Machine } from '@tke/api-platform';
import type { Client } from '@tke/kube-client';
import type { DeepReadonly } from '@tke/meta';
import type { Step } from '@tke/plan';

import type { LeavingScope } from './give-up.ts';
import type { HostSession } from '../hosts/host-session.ts';
import type { StatusDraft } from '../objects/status-draft.ts';

/** What the steps that take a host out of its cluster have to work with. */
export interface RemovalScope extends LeavingScope {
  /** Its `object` is the Machine. */
  readonly draft: StatusDraft<Machine>;
  readonly cluster: DeepReadonly<Cluster>;
  /** For the API server of the cluster. Rejects, or throws, while it does not answer. */
  member(): Client;
  /** How long the API server of the cluster has not answered, in milliseconds; 0 while it does. */
  memberSilentMs(): number;
  /** The host of the Machine, its lock held. */
  session(): Promise<HostSession>;
  /** The host belongs to nobody afterwards. */
  release(): Promise<void>;
  /** Tells people what is done otherwise than they may expect. */
  warn(reason: string, note: string): void;
}

export type RemovalStep = Step<RemovalScope>;
