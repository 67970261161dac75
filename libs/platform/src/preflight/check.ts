import type { Cluster } from '@tke/api-platform';
import type { HostFacts } from '@tke/host';
import type { DeepReadonly } from '@tke/meta';

import type { NodeSpec } from '../build/scope.ts';
import type { ClusterNetwork } from '../network/cluster-network.ts';
import type { HostTraces } from './traces.ts';

/** What is known of a host before anything is changed on it. */
export interface HostSubject {
  readonly node: NodeSpec;
  readonly facts: HostFacts;
  readonly traces: HostTraces;
}

/** What hosts shall be fit for. */
export interface Purpose {
  readonly cluster: DeepReadonly<Cluster>;
  /** Of Kubernetes, `1.36.3`. */
  readonly version: string;
  readonly network: ClusterNetwork;
  /** UIDs that our mark has on hosts we have prepared before. */
  readonly mark: { readonly cluster: string; readonly owner: string };
}

export interface Finding {
  /** What is wrong, a clause without the host's name. */
  readonly message: string;
  /** One sentence. */
  readonly remedy: string;
}

/** A question about one host. Pure; knows no other host. */
export interface HostCheck {
  /** One CamelCase word: status and features.skipConditions (EnsurePreflight/<name>) know it by that. */
  readonly name: string;
  readonly find: (host: HostSubject, purpose: Purpose) => Finding | undefined;
}

/** The minor version of Kubernetes, 36 of `1.36.3`. */
export function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

/** `1.5 GiB` */
export function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
