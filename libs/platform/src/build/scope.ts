import type { Cluster, Taint } from '@tke/api-platform';
import type { Client } from '@tke/kube-client';
import type { DeepReadonly } from '@tke/meta';
import type { PackageRelease } from '@tke/package-source';
import type { Clock } from '@tke/time';

import type { HostSession } from '../hosts/host-session.ts';
import type { ClusterNetwork } from '../network/cluster-network.ts';
import type { PlatformFiles } from '../files/platform-files.ts';
import type { MemberAuthorization } from './member-authorization.ts';

export type NodeRole = 'ControlPlane' | 'Worker';

/** A host that becomes a node. */
export interface NodeSpec {
  /** Address in spec; key of everything about the host. */
  readonly ip: string;
  /** Of the Node object; the address unless `hostnameAsNodename`. */
  readonly name: string;
  readonly role: NodeRole;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly taints: DeepReadonly<readonly Taint[]>;
}

/**
 * What the steps of a plan have to work with, the same for a Cluster that is created and for a Machine that joins: they
 * differ in `nodes`. Made anew for each pass, so it holds nothing that must survive.
 */
export interface BuildScope {
  /** With `metadata.uid`. Of a Machine: the cluster it joins. */
  readonly cluster: DeepReadonly<Cluster>;
  /** UID of the object whose plan it is: whose the hosts are called. Absent: that of the cluster. */
  readonly owner?: string | undefined;
  /** What the hub is called, e.g. the UID of its namespace kube-system: the cluster is marked with it. */
  readonly hub?: string | undefined;
  /** `1.36.3`, from the catalogue. */
  readonly version: string;
  readonly network: ClusterNetwork;
  /** The hosts the plan is for. Of a Cluster: its control plane, in the order of `spec.machines`. Of a Machine: its one host. */
  readonly nodes: readonly NodeSpec[];
  /** Addresses of all hosts of the control plane, in the order of `spec.machines`. */
  readonly controlPlane: readonly string[];
  /** All hosts of the cluster that are nodes or become ones: control plane and Machines. For routes between them. */
  readonly allHosts: () => readonly string[];
  /** The host with the lock held; rejects with the codes of @tke/host. Any host of the cluster. */
  session(ip: string): Promise<HostSession>;
  /** Verified software for the architecture of the host. */
  release(ip: string): Promise<PackageRelease>;
  /** For the API server of the cluster that is built, as its administrator. Throws MemberNotConnected; its requests reject with MemberNotReady (both Retryable). */
  member(): Client;
  /** The files of the platform that `features.files` may name. */
  readonly files: PlatformFiles;
  /** Undefined when the platform gives its clusters no central authorization, or this one does not want it. */
  readonly authorization: MemberAuthorization | undefined;
  /** Keeps what the platform needs to get into the cluster: a Secret and a ClusterCredential of the hub. */
  saveCredential(credential: AdminCredential): Promise<void>;
  readonly clock: Clock;
}

/** All PEM. */
export interface AdminCredential {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}
