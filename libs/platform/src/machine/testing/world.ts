import { cluster, machine, platformKinds, retryAnnotation, type Cluster, type Machine } from '@tke/api-platform';
import { crdManifest } from '@tke/crd';
import { applyManifests, ControlPlane, uniqueName, waitFor } from '@tke/envtest';
import { connect, isNotFound, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { clusterConfig, MemberClusters } from '@tke/member-cluster';
import { coreKinds, type Kind, type KubeObject } from '@tke/meta';
import { PlanRunner, type Step } from '@tke/plan';
import { issueCertificate } from '@tke/pki';
import { Cache, Manager, type Permission } from '@tke/runtime';
import { systemClock, type Clock } from '@tke/time';

import type { BuildScope } from '../../build/scope.ts';
import { workerNode } from '../../build/node-specs.ts';
import { LoginWatch } from '../../objects/login-watch.ts';
import { removalSteps } from '../../remove/removal-steps.ts';
import { ensureClusterJoinable } from '../../steps/join/ensure-cluster-joinable.ts';
import { nodeKind, type Node } from '../../steps/node/node.ts';
import { addMachineController } from '../machine-controller.ts';
import type { MachineControllerOptions } from '../machine-controller.ts';
import { machinePermissions } from '../permissions.ts';
import { machineMemberPermissions } from './member-permissions.ts';
import { ScriptedHost } from './scripted-host.ts';

export const clusterName = 'cls-a';
const namespace = 'tke-system';
const timeoutMs = 60_000;

export interface RecordedEvent {
  readonly object: string;
  readonly type: string;
  readonly reason: string;
  readonly note: string;
}

/**
 * One control plane that is hub and member at once, the reconciler of Machines with exactly the permissions it asks for, and hosts that
 * are played: a host joins by a step of the test, and is taken out by the real ones.
 */
export class World {
  readonly controlPlane: ControlPlane;
  readonly admin: Client;
  readonly events: RecordedEvent[] = [];
  readonly hosts = new Map<string, ScriptedHost>();
  /** Addresses of hosts that are prepared before they join. */
  readonly prepares = new Set<string>();
  /** What the step of joining does on a host, by its address. Absent: its node registers and is ready. */
  readonly joins = new Map<string, Step<BuildScope>['run']>();
  members!: MemberClusters;
  #clients: Client[] = [];
  #running: { readonly stop: AbortController; readonly ended: Promise<unknown> } | undefined;

  private constructor(controlPlane: ControlPlane, admin: Client) {
    this.controlPlane = controlPlane;
    this.admin = admin;
  }

  static async start(): Promise<World> {
    const controlPlane = await ControlPlane.start();
    const admin = await open(controlPlane.kubeconfigPath);
    const rules = [...machinePermissions(namespace).filter((each) => each.namespace === undefined)];
    await applyManifests(controlPlane, [
      ...platformKinds.map(crdManifest),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      ...rbac('hub', rules),
      ...rbac(
        'secrets',
        machinePermissions(namespace).filter((each) => each.namespace !== undefined),
        'hub',
      ),
      ...rbac('member', machineMemberPermissions),
      ...rbac('facts', [{ group: '', resources: ['namespaces'], verbs: ['get'] }], 'member'),
    ]);
    return new World(controlPlane, admin);
  }

  /** Leaves the platform those of its permissions in the member that pass, and resolves when they hold. */
  async setMemberPermissions(passes: (permission: Permission) => boolean): Promise<void> {
    await this.apply(...rbac('member', machineMemberPermissions.filter(passes)));
    const may = async () =>
      (await this.controlPlane.kubectl(['auth', 'can-i', 'list', 'pods', '--as=member'])).code === 0;
    const wanted = machineMemberPermissions.some((each) => each.resources.includes('pods') && passes(each));
    await waitFor(async () => (await may()) === wanted, { description: 'the permissions hold', timeoutMs });
  }

  /** As a new leader would: nothing is known but what is in the API server. `clock` is that of plans and deadlines. */
  async startManager(clock: Clock = systemClock): Promise<void> {
    const client = await open(await this.controlPlane.user('hub'));
    this.#clients.push(client);
    const cache = new Cache({ reader: client, logger: discardLogger });
    const manager = new Manager({ client, cache, logger: discardLogger });
    // Probed often, and waited for: that a machine stood still for seconds is no news of the member.
    this.members = new MemberClusters({
      userAgent: 'test/1',
      logger: discardLogger,
      firstProbeWithinMs: 0,
      connectTimeoutMs: timeoutMs,
      health: { intervalMs: 500, retryMs: 100, timeoutMs, longestIntervalMs: 500 },
    });
    cache.informer<Cluster>(cluster);
    const logins = new LoginWatch(cache, namespace);
    const { members } = this;
    addMachineController(manager, { ...this.#options(client, clock), cache, members, logins, namespace });
    const stop = new AbortController();
    const ended = Promise.all([manager.start(stop.signal), this.members.start(stop.signal)]);
    this.#running = { stop, ended };
    await this.connectMember();
    await Promise.race([manager.elected, ended]);
  }

  async stopManager(): Promise<void> {
    this.#running?.stop.abort();
    await this.#running?.ended;
    this.#running = undefined;
  }

  async stop(): Promise<void> {
    await this.stopManager();
    await Promise.all([this.admin, ...this.#clients].map((client) => client.close()));
    await this.controlPlane.stop();
  }

  async connectMember(name = clusterName): Promise<void> {
    const { ca } = this.controlPlane.pki;
    const pair = await issueCertificate({ ca, commonName: 'member', usages: ['client'], clock: systemClock });
    const address = { type: 'Real', host: '127.0.0.1', port: Number(new URL(this.controlPlane.url).port) } as const;
    const certificate = { cert: pair.certPem, key: pair.keyPem };
    this.members.put(name, { config: clusterConfig({ addresses: [address], ca: ca.certPem, certificate }) });
    await waitFor(() => this.members.get(name)?.health.state === 'Healthy', {
      description: 'the member answers',
      timeoutMs,
    });
  }

  readonly playedJoin: Step<BuildScope>['run'] = async (scope, { target }) => {
    await scope.session(target);
    this.host(target).mark = { cluster: scope.cluster.metadata.uid ?? '', owner: scope.owner ?? '' };
    await this.report(scope.nodes[0]?.name ?? '');
    return undefined;
  };

  host(ip: string): ScriptedHost {
    const known = this.hosts.get(ip) ?? new ScriptedHost(ip);
    this.hosts.set(ip, known);
    return known;
  }

  #options(client: Client, clock: Clock): Omit<MachineControllerOptions, 'cache' | 'members' | 'namespace' | 'logins'> {
    return {
      client,
      clock,
      runner: new PlanRunner({ clock, random: () => 0, logger: discardLogger }),
      joinSteps: this.#joinSteps(),
      removalSteps,
      recorder: {
        event: (object, type, reason, _action, note) => {
          this.events.push({ object: object.metadata.name ?? '', type, reason, note });
        },
      },
      scopes: this.#scopes(),
    };
  }

  #joinSteps(): readonly Step<BuildScope>[] {
    const hostsOf = ({ nodes }: BuildScope) => nodes.map(({ ip }) => ip);
    const prepared = (scope: BuildScope) => hostsOf(scope).filter((ip) => this.prepares.has(ip));
    return [
      { name: 'EnsurePrepared', targets: prepared, run: this.#playedPreparation },
      {
        ...ensureClusterJoinable,
        targets: (scope) => (prepared(scope).length > 0 ? ensureClusterJoinable.targets(scope) : []),
      },
      {
        name: 'EnsureJoined',
        targets: hostsOf,
        run: (scope, attempt) => (this.joins.get(attempt.target) ?? this.playedJoin)(scope, attempt),
      },
    ];
  }

  readonly #playedPreparation: Step<BuildScope>['run'] = async (scope, { target }) => {
    await scope.session(target);
    this.host(target).mark = { cluster: scope.cluster.metadata.uid ?? '', owner: scope.owner ?? '' };
    return undefined;
  };

  #scopes(): MachineControllerOptions['scopes'] {
    const memberOf = ({ metadata: { name = '' } }: { readonly metadata: { readonly name?: string } }) => {
      const member = this.members.get(name);
      if (member === undefined) {
        throw new Error(`no member ${name}`);
      }
      return member.client;
    };
    return {
      memberOf,
      machineHosts: (draft) => {
        const open = async (ip: string) => {
          const opened = await this.host(ip).open();
          await draft.update(() => ({ facts: { kernel: '6.1' } })); // as a session keeps what it finds
          return opened;
        };
        return { open, release: (ip: string) => this.host(ip).release() } as never;
      },
      forMachine: async (draft, object) => {
        const { ip } = draft.object.spec;
        const session = () => this.host(ip).open();
        const scope: Partial<BuildScope> = {
          cluster: object,
          owner: draft.object.metadata.uid,
          nodes: [await workerNode(draft.object, object, session)],
          member: () => memberOf(object),
        };
        return scope as BuildScope;
      },
    };
  }

  async apply(...objects: readonly KubeObject[]): Promise<void> {
    await applyManifests(this.controlPlane, objects);
  }

  /** A cluster whose control plane is built, unless `plan` says otherwise. */
  async addCluster(spec: object = {}, plan: object | null = finished('Create'), name = clusterName): Promise<void> {
    await this.apply(aCluster(spec, name));
    if (plan !== null) {
      await this.admin.patch(
        cluster,
        { name },
        { type: 'merge', body: { status: { plan, phase: 'Running' } } },
        { subresource: 'status' },
      );
    }
  }

  get(name: string): Promise<Machine> {
    return this.admin.get<Machine>(machine, { name });
  }

  /** The Machine, once its Ready condition speaks of it as it is and has the reason. */
  async untilReason(name: string, reason: string): Promise<Machine> {
    const asked = async () => {
      const object = await this.get(name);
      const ready = object.status?.conditions?.find(({ type }) => type === 'Ready');
      const current = ready?.reason === reason && object.status?.observedGeneration === object.metadata.generation;
      return current ? object : Promise.reject(new Error(JSON.stringify(object.status)));
    };
    return waitFor(asked, { description: `Machine ${name} is ${reason}`, timeoutMs });
  }

  async until(name: string, description: string, holds: (object: Machine) => boolean): Promise<Machine> {
    const asked = async () => {
      const object = await this.get(name);
      return holds(object) ? object : Promise.reject(new Error(JSON.stringify(object)));
    };
    return waitFor(asked, { description: `${name}: ${description}`, timeoutMs });
  }

  patch(name: string, body: object): Promise<Machine> {
    return this.admin.patch<Machine>(machine, { name }, { type: 'merge', body });
  }

  /** Has a Machine looked at now. Not that of its user, whose word would have a plan tried again. */
  async wake(name: string): Promise<void> {
    await this.patch(name, { metadata: { annotations: { 'example.com/wake': uniqueName('wake') } } });
  }

  retry(name: string, value: string): Promise<Machine> {
    return this.patch(name, { metadata: { annotations: { [retryAnnotation]: value } } });
  }

  async delete<T extends KubeObject>(kind: Kind<T>, name: string): Promise<void> {
    await this.admin.delete(kind, { name });
  }

  async untilGone<T extends KubeObject>(kind: Kind<T>, name: string): Promise<void> {
    const gone = () =>
      this.admin.get(kind, { name }).then((object) => Promise.reject(new Error(JSON.stringify(object))), isNotFound);
    await waitFor(gone, { description: `${kind.kind} ${name} is gone`, timeoutMs });
  }

  node(name: string): Promise<Node> {
    return this.admin.get(nodeKind, { name });
  }

  /** What a kubelet does: registers its Node where it is not there, and reports. */
  async report(name: string, status = 'True', message = 'kubelet is posting ready status'): Promise<void> {
    await this.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
    await reportReady(this.admin, name, status, message);
  }

  async removeCluster(name = clusterName): Promise<void> {
    const body = { metadata: { finalizers: null } };
    await this.admin.patch(cluster, { name }, { type: 'merge', body }).catch(() => undefined);
    await this.admin.delete(cluster, { name }).catch(() => undefined);
    await this.untilGone(cluster, name);
  }
}

export async function reportReady(client: Client, name: string, status: string, message: string): Promise<void> {
  const body = {
    status: {
      conditions: [{ type: 'Ready', status, reason: 'KubeletSaid', message }],
      addresses: [
        { type: 'InternalIP', address: name },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: { kubeletVersion: 'v1.36.3', kernelVersion: '6.1', osImage: 'Debian', architecture: 'amd64' },
    },
  };
  await client.patch(nodeKind, { name }, { type: 'strategic', body }, { subresource: 'status' });
}

export function aMachine(name: string, ip: string, spec: object = {}): Machine {
  return {
    apiVersion: 'platform.tkestack.io/v1',
    kind: 'Machine',
    metadata: { name },
    spec: {
      tenantID: 'acme',
      clusterName,
      type: 'Baremetal',
      ip,
      port: 22,
      username: 'root',
      password: 'c2VjcmV0',
      ...spec,
    },
  };
}

function aCluster(spec: object, name: string): Cluster {
  const machines = [{ ip: '10.0.0.1', password: 'c2VjcmV0' }];
  return {
    apiVersion: 'platform.tkestack.io/v1',
    kind: 'Cluster',
    metadata: { name },
    spec: { tenantID: 'acme', type: 'Baremetal', machines, ...spec },
  };
}

/** The plan of a cluster whose control plane is being made. */
export function creating(completed: number): object {
  return { operation: 'Create', completed, total: 40, startedAt: '2026-01-01T00:00:00Z', finishedAt: null };
}

export function finished(operation: string): object {
  const at = '2026-01-01T00:00:00Z';
  return { operation, completed: 1, total: 1, startedAt: at, finishedAt: at };
}

export function aPod(namespaceName: string, name: string, nodeName: string, app = 'none'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: namespaceName,
      name,
      labels: { app },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'owner', uid: 'u', controller: true }],
    },
    spec: { nodeName, terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'i' }] },
  } as KubeObject;
}

export const namespaceKind = coreKinds.namespace;

function open(kubeconfig: string): Promise<Client> {
  return connect({ kubeconfig, userAgent: 'machine-test/1', logger: discardLogger });
}

function rbac(name: string, permissions: readonly Permission[], user = name): KubeObject[] {
  const apiGroup = 'rbac.authorization.k8s.io';
  const apiVersion = `${apiGroup}/v1`;
  const rules = permissions.map(({ group, resources, verbs }) => ({ apiGroups: [group], resources, verbs }));
  const roleRef = { apiGroup, kind: 'ClusterRole', name };
  const subjects = [{ apiGroup, kind: 'User', name: user }];
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name }, rules } as KubeObject,
    { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, roleRef, subjects } as KubeObject,
  ];
}
