import type { Cluster, Machine } from '@tke/api-platform';
import type { HostPool, LockClaim } from '@tke/host';
import type { Client } from '@tke/kube-client';
import type { MemberClusters } from '@tke/member-cluster';
import { coreKinds, type DeepReadonly } from '@tke/meta';
import type { PackageRelease, PackageSource } from '@tke/package-source';
import type { CacheReader, FencingToken } from '@tke/runtime';
import type { Clock } from '@tke/time';

import type { MemberAuthorizations } from '../authorization/member-authorizations.ts';
import { platformErrors } from '../errors.ts';
import type { PlatformFiles } from '../files/platform-files.ts';
import { HostLocks } from '../hosts/host-locks.ts';
import { HostSessions } from '../hosts/host-sessions.ts';
import type { FindHost } from '../hosts/known-host.ts';
import { deriveNetwork } from '../network/derive-network.ts';
import type { StatusDraft } from '../objects/status-draft.ts';
import { progressIn, renewalIdOf, type RenewalScope } from '../renewal/renewal-scope.ts';
import { saveAdminCredential } from './admin-credential.ts';
import { apiAddresses } from './api-addresses.ts';
import { centralAuthorization } from './central-authorization.ts';
import { controlPlaneOf, hostsForCluster, hostsForMachine } from './known-hosts.ts';
import { machinesOf } from './machines-of.ts';
import { controlPlaneNodes, workerNode } from './node-specs.ts';
import type { BuildScope } from './scope.ts';
import { tryCredential } from './try-credential.ts';
import { versionToBuild } from './version.ts';

export interface ScopeBuilderOptions {
  /** Of the hub: Clusters, Machines and the Secrets with the label of tenants. */
  readonly cache: CacheReader;
  /** Of the hub. */
  readonly client: Client;
  readonly members: Pick<MemberClusters, 'get'>;
  readonly pool: Pick<HostPool, 'host'>;
  readonly packages: PackageSource;
  readonly files: PlatformFiles;
  /** Of the platform, where its Secrets are. */
  readonly namespace: string;
  /** What this hub is called on the hosts it works on, e.g. the UID of its namespace kube-system. */
  readonly hub: string;
  /** Of the present term; undefined while this process does not lead. */
  readonly fencingToken: () => FencingToken | undefined;
  /** Central authorization for clusters that ask for it; undefined where the platform offers none. */
  readonly authorizations: Pick<MemberAuthorizations, 'of'> | undefined;
  readonly clock: Clock;
  /** Of lock and jobs on hosts. Default that of @tke/host. */
  readonly stateFolder?: string;
}

/** The part of a scope that says nothing about what is done. */
export type HostsScope = Omit<BuildScope, 'owner' | 'nodes' | 'authorization' | 'saveCredential'>;

/** What plans work with, made for one pass from the objects as they are. */
export class ScopeBuilder {
  readonly #options: ScopeBuilderOptions;
  readonly #locks = new HostLocks();

  constructor(options: ScopeBuilderOptions) {
    this.#options = options;
  }

  /** The hosts of a cluster, for a pass over the Cluster. Connects to nothing yet. */
  clusterHosts(draft: StatusDraft<Cluster>, signal: AbortSignal): HostSessions {
    const findHost = hostsForCluster(draft, () => machinesOf(this.#options.cache, draft.object));
    return this.#sessions(draft.object, findHost, signal);
  }

  /** The hosts of a cluster, for a pass over one of its Machines. Connects to nothing yet. */
  machineHosts(draft: StatusDraft<Machine>, cluster: DeepReadonly<Cluster>, signal: AbortSignal): HostSessions {
    const findHost = hostsForMachine(draft, cluster, () => machinesOf(this.#options.cache, cluster));
    return this.#sessions(cluster, findHost, signal);
  }

  /**
   * For a plan about the control plane. Rejects at once with what is wrong with the login of a host, so that what mends it, a Secret that
   * arrives, need not wait for a retry of the plan. Connects only where nodes are named after their hosts.
   */
  async forCluster(draft: StatusDraft<Cluster>, hosts: HostSessions, signal: AbortSignal): Promise<BuildScope> {
    const cluster = draft.object;
    const scope = await this.#forControlPlane(draft, hosts, signal);
    const authorization = await centralAuthorization(this.#options.authorizations, cluster, scope.version, signal);
    return { ...scope, authorization };
  }

  /**
   * For a renewal. As `forCluster`, without central authorization: the keeper of it renews what is its, and where it is broken the rest
   * is renewed all the same. A credential is kept only when it has been seen to work.
   */
  async forRenewal(draft: StatusDraft<Cluster>, hosts: HostSessions, signal: AbortSignal): Promise<RenewalScope> {
    const scope = await this.#forControlPlane(draft, hosts, signal);
    const plan = () => draft.object.status?.plan;
    return {
      ...scope,
      renewal: () => renewalIdOf(draft.object.metadata.uid ?? '', plan()),
      progressOf: (step, ip) => progressIn(plan(), step, ip),
      saveCredential: async (credential) => {
        await tryCredential(this.#options.client, draft.object, credential, signal);
        await scope.saveCredential(credential);
      },
    };
  }

  /** For a plan about a worker. As `forCluster`. */
  async forMachine(
    draft: StatusDraft<Machine>,
    cluster: DeepReadonly<Cluster>,
    hosts: HostSessions,
    signal: AbortSignal,
  ): Promise<BuildScope> {
    hosts.target(draft.object.spec.ip);
    return {
      ...this.forHosts(cluster, hosts, signal),
      owner: draft.object.metadata.uid,
      nodes: [await workerNode(draft.object, cluster, (ip) => hosts.open(ip))],
      authorization: undefined, // a matter of API servers
      saveCredential: () => Promise.reject(new TypeError('a worker has no credential of the cluster')),
    };
  }

  /** What does not depend on the plan. Connects to nothing; throws ClusterNetworkInvalid. */
  forHosts(cluster: DeepReadonly<Cluster>, hosts: HostSessions, signal: AbortSignal): HostsScope {
    const { cache, packages, files, hub, clock } = this.#options;
    const version = versionToBuild(cluster);
    const controlPlane = controlPlaneOf(cluster);
    const releases = new Map<string, Promise<PackageRelease>>();
    return {
      cluster,
      hub,
      version,
      network: deriveNetwork(cluster),
      controlPlane,
      allHosts: () => [...new Set([...controlPlane, ...workersOf(cache, cluster)])],
      session: (ip: string) => hosts.open(ip),
      release: async (ip: string) => {
        const { architecture, machine } = await (await hosts.open(ip)).facts();
        if (architecture === undefined) {
          throw platformErrors.ArchitectureUnknown(`${ip} is a ${machine}`);
        }
        const known = releases.get(architecture) ?? packages.release(version, architecture, signal);
        releases.set(architecture, known);
        return known;
      },
      member: () => this.memberOf(cluster),
      files,
      clock,
    };
  }

  /** For the API server of a cluster. Throws MemberNotConnected. */
  memberOf({ metadata: { name = '' } }: DeepReadonly<Cluster>): Client {
    const member = this.#options.members.get(name);
    if (member === undefined) {
      throw platformErrors.MemberNotConnected(`the manager is not connected to cluster ${name} yet`);
    }
    return member.client;
  }

  async #forControlPlane(draft: StatusDraft<Cluster>, hosts: HostSessions, signal: AbortSignal): Promise<BuildScope> {
    const cluster = draft.object;
    const common = this.forHosts(cluster, hosts, signal);
    common.controlPlane.forEach((ip) => hosts.target(ip));
    const { client, namespace } = this.#options;
    return {
      ...common,
      nodes: await controlPlaneNodes(cluster, (ip) => hosts.open(ip)),
      authorization: undefined,
      saveCredential: async (credential) => {
        await saveAdminCredential({ client, namespace }, draft.object, credential, signal);
        await draft.update(({ addresses }) => ({ addresses: addresses?.length ? addresses : apiAddresses(cluster) }));
      },
    };
  }

  #sessions(cluster: DeepReadonly<Cluster>, findHost: FindHost, signal: AbortSignal): HostSessions {
    const { pool, cache, namespace, stateFolder } = this.#options;
    return new HostSessions({
      pool,
      locks: this.#locks,
      claim: () => this.#claim(cluster),
      findHost,
      findSecret: (name) => cache.get(coreKinds.secret, { namespace, name }),
      signal,
      stateFolder,
    });
  }

  #claim({ metadata: { name = '', uid = '' } }: DeepReadonly<Cluster>): LockClaim | undefined {
    const token = this.#options.fencingToken();
    if (token === undefined) {
      return undefined;
    }
    const holder = `cluster ${name} of hub ${this.#options.hub}/${token.identity}`;
    return { cluster: uid, token: Number(token.version), holder: holder.slice(0, longestHolder) };
  }
}

/** Of @tke/host. */
const longestHolder = 256;

function workersOf(cache: CacheReader, cluster: DeepReadonly<Cluster>): readonly string[] {
  return machinesOf(cache, cluster)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ spec }) => spec.ip);
}
