import {
  cluster,
  platformKinds,
  secretTenantLabel,
  type Cluster,
  type Machine,
  machine as machineKind,
} from '@tke/api-platform';
import { crdManifest } from '@tke/crd';
import { applyManifests, ControlPlane, waitFor } from '@tke/envtest';
import { HostPool } from '@tke/host';
import { connect, isNotFound, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { MemberClusters } from '@tke/member-cluster';
import { coreKinds, type Condition, type KubeObject } from '@tke/meta';
import type { PackageSource } from '@tke/package-source';
import { issueCertificate } from '@tke/pki';
import { Cache, Manager, type EventRecorder, type Permission } from '@tke/runtime';
import { FakeClock, systemClock as clock } from '@tke/time';

import type { AdminCredential, BuildScope } from '../../build/scope.ts';
import { platformPermissions } from '../../permissions.ts';
import type { PlatformSteps } from '../../platform-steps.ts';
import type { RenewalScope } from '../../renewal/renewal-scope.ts';
import { setupPlatform } from '../../setup.ts';
import type { DeleteScope } from '../delete-scope.ts';
import { Script } from './script.ts';

export const namespace = 'tke-system';
const managerUser = 'manager';
const timeoutMs = 60_000;

const nothing = () => Promise.reject(new Error('not part of this test'));
const packages: PackageSource = { location: 'nowhere', release: nothing };

/** A manager of the platform on a real API server, which is the member of its clusters as well. What would be done on hosts is scripted. */
export class PlatformHub {
  readonly admin: Client;
  readonly events: { readonly type: string; readonly reason: string; readonly note: string }[] = [];
  create = new Script<BuildScope>('EnsurePreflight', 'EnsureStoreCredential', 'EnsureClusterWorks');
  destroy = new Script<DeleteScope>('EnsureHostReset');
  renew = new Script<RenewalScope>('EnsureRenewCerts', 'EnsureStoreCredential');
  readonly routed: string[][] = [];
  routes: PlatformSteps['applyRoutes'] = () => Promise.resolve([]);
  readonly #controlPlane: ControlPlane;
  readonly #client: Client;
  #running: { readonly cache: Cache; readonly stop: AbortController; readonly ended: Promise<unknown> } | undefined;
  #term = 1;

  private constructor(controlPlane: ControlPlane, admin: Client, client: Client) {
    this.#controlPlane = controlPlane;
    this.admin = admin;
    this.#client = client;
  }

  static async start(): Promise<PlatformHub> {
    const controlPlane = await ControlPlane.start();
    const open = (kubeconfig: string) => connect({ kubeconfig, userAgent: 'test/1', logger: discardLogger });
    const admin = await open(controlPlane.kubeconfigPath);
    await admin.create(coreKinds.namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await applyManifests(controlPlane, [...platformKinds.map(crdManifest), ...rbac(platformPermissions(namespace))]);
    return new PlatformHub(controlPlane, admin, await open(await controlPlane.user(managerUser)));
  }

  /** A new process that leads, with the steps as they are now. */
  async startManager(steps: Partial<PlatformSteps> = {}): Promise<void> {
    const client = this.#client;
    const cache = new Cache({ reader: client, logger: discardLogger });
    const manager = new Manager({ client, cache, logger: discardLogger });
    const hostPool = new HostPool({ clock, logger: discardLogger, connectTimeoutMs: timeoutMs });
    const token = { identity: `leader-${this.#term}`, transitions: this.#term, version: String(this.#term) };
    this.#term += 1;
    setupPlatform({
      ...{ manager, cache, client, packages, namespace, clock },
      recorder: this.#recorder(),
      members: this.#members(),
      pool: hostPool,
      guard: undefined,
      files: { find: nothing },
      hub: 'hub-under-test',
      logger: discardLogger,
      fencingToken: () => token,
      authorization: undefined,
      steps: this.#steps(steps),
    });
    const stop = new AbortController();
    this.#running = { cache, stop, ended: manager.start(stop.signal).finally(() => hostPool.close()) };
    await Promise.race([manager.elected, this.#running.ended]);
  }

  async stopManager(): Promise<void> {
    this.#running?.stop.abort();
    await this.#running?.ended;
    this.#running = undefined;
  }

  async stop(): Promise<void> {
    await this.stopManager();
    await Promise.all([this.admin.close(), this.#client.close()]);
    await this.#controlPlane.stop();
  }

  /** A cluster whose API server is that of the hub. */
  async addCluster(name: string, spec: Partial<Cluster['spec']> = {}): Promise<Cluster> {
    const { port } = new URL(this.#controlPlane.url);
    const object = {
      apiVersion: 'platform.tkestack.io/v1',
      kind: 'Cluster',
      metadata: { name },
      spec: {
        type: 'Baremetal',
        tenantID: 'acme',
        machines: [{ ip: '127.0.0.1', port: 9, password: 'c2VjcmV0' }],
        features: { ha: { thirdParty: { vip: '127.0.0.1', vport: Number(port) } } },
        ...spec,
      },
    };
    return this.admin.create(cluster, object as Cluster);
  }

  async addSecret(name: string, data: Readonly<Record<string, string>>, tenantID = 'acme'): Promise<void> {
    const metadata = { namespace, name, labels: { [secretTenantLabel]: tenantID } };
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    await this.admin.create(coreKinds.secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      data: Object.fromEntries(encoded) as Record<string, string>,
    });
  }

  async addMachine(name: string, spec: Partial<Machine['spec']>): Promise<void> {
    const object = {
      apiVersion: 'platform.tkestack.io/v1',
      kind: 'Machine',
      metadata: { name },
      spec: { type: 'Baremetal', tenantID: 'acme', password: 'c2VjcmV0', port: 9, ...spec },
    };
    await this.admin.create(machineKind, object as Machine);
  }

  /** Waits until the manager has seen a Machine, which it may later than a change of its Cluster. */
  async untilSeen(name: string): Promise<void> {
    const seen = () => this.#running?.cache.get(machineKind, { name }) !== undefined;
    await waitFor(seen, { description: `the manager knows Machine ${name}`, timeoutMs });
  }

  /** What opens the API server of every cluster here, for a year from when it was issued. */
  async credential(issuedAgoMs = 0): Promise<AdminCredential> {
    const { ca } = this.#controlPlane.pki;
    const issuing = new FakeClock(clock.now() - issuedAgoMs);
    const subject = { commonName: 'tke:platform', organizations: ['system:masters'] };
    const pair = await issueCertificate({ ca, ...subject, usages: ['client'], clock: issuing });
    return { ca: ca.certPem, certificate: pair.certPem, key: pair.keyPem };
  }

  get(name: string): Promise<Cluster> {
    return this.admin.get(cluster, { name });
  }

  edit(name: string, body: object): Promise<Cluster> {
    return this.admin.patch(cluster, { name }, { type: 'merge', body });
  }

  retry(name: string, value: string): Promise<Cluster> {
    return this.edit(name, { metadata: { annotations: { 'platform.tkestack.io/retry': value } } });
  }

  /** The Cluster as soon as it speaks of its present generation and passes. */
  until(name: string, description: string, passes: (object: Cluster) => boolean): Promise<Cluster> {
    const asked = async () => {
      const object = await this.get(name);
      const isCurrent = object.status?.observedGeneration === object.metadata.generation;
      return isCurrent && passes(object) ? object : Promise.reject(new Error(JSON.stringify(object.status)));
    };
    return waitFor(asked, { description: `${name} ${description}`, timeoutMs });
  }

  untilReason(name: string, reason: string): Promise<Cluster> {
    return this.until(name, `is ${reason}`, (object) => condition(object, 'Ready')?.reason === reason);
  }

  async untilGone(name: string): Promise<void> {
    const gone = () =>
      this.get(name).then((object) => Promise.reject(new Error(JSON.stringify(object.status))), isNotFound);
    await waitFor(gone, { description: `${name} is gone`, timeoutMs });
  }

  /** As a user in a hurry: each new value of the annotation ends the back-off. */
  async hurryUntilGone(name: string): Promise<void> {
    let asked = 0;
    const hurry = async () => {
      const { status } = await this.get(name);
      const isTried = asked === 0 || status?.handledRetry === String(asked);
      if (isTried && status?.plan?.journal?.some(({ retryAt }) => retryAt !== undefined)) {
        await this.retry(name, String((asked += 1)));
      }
      throw new Error(JSON.stringify(status));
    };
    const gone = () =>
      hurry().catch((error: unknown) => {
        if (isNotFound(error)) {
          return true;
        }
        throw error;
      });
    await waitFor(gone, { description: `${name} is gone`, timeoutMs: 2 * timeoutMs });
  }

  /** An event comes a moment after the status it tells of. */
  async untilEvent(type: string, reason: string): Promise<void> {
    const told = () => this.events.some((event) => event.type === type && event.reason === reason);
    await waitFor(told, { description: `event ${type} ${reason}`, timeoutMs });
  }

  #members(): MemberClusters {
    // Probed often, and waited for: that a machine stood still for seconds is no news of the member.
    return new MemberClusters({
      userAgent: 'test/1',
      logger: discardLogger,
      firstProbeWithinMs: 0,
      connectTimeoutMs: timeoutMs,
      health: { intervalMs: 500, retryMs: 100, timeoutMs, longestIntervalMs: 500 },
    });
  }

  #steps(steps: Partial<PlatformSteps>): PlatformSteps {
    return {
      createSteps: this.create.steps,
      destroySteps: this.destroy.steps,
      detachSteps: [],
      joinSteps: [],
      removalSteps: { remove: [], destroy: [], detach: [] },
      renewalSteps: this.renew.steps,
      applyRoutes: (scope, signal, hosts) => {
        this.routed.push([...hosts]);
        return this.routes(scope, signal, hosts);
      },
      ...steps,
    };
  }

  #recorder(): EventRecorder {
    return {
      event: (_regarding, type, reason, _action, note) => {
        this.events.push({ type, reason, note });
      },
    };
  }
}

export function condition({ status }: Cluster, type: string): Condition | undefined {
  return (status?.conditions as Condition[] | undefined)?.find((each) => each.type === type);
}

/** The manager may do what is declared, and no more. */
function rbac(permissions: readonly Permission[]): KubeObject[] {
  const group = 'rbac.authorization.k8s.io';
  const apiVersion = `${group}/v1`;
  const subjects = [{ apiGroup: group, kind: 'User', name: managerUser }];
  const rulesOf = (some: readonly Permission[]) =>
    some.map(({ group: apiGroup, resources, verbs }) => ({ apiGroups: [apiGroup], resources, verbs }));
  const role = (kind: 'Role' | 'ClusterRole', metadata: object, rules: object[]) => [
    { apiVersion, kind, metadata, rules },
    { apiVersion, kind: `${kind}Binding`, metadata, subjects, roleRef: { apiGroup: group, kind, name: managerUser } },
  ];
  const inNamespace = permissions.filter((permission) => permission.namespace === namespace);
  const clusterWide = permissions.filter((permission) => permission.namespace === undefined);
  return [
    ...role('ClusterRole', { name: managerUser }, rulesOf(clusterWide)),
    ...role('Role', { name: managerUser, namespace }, rulesOf(inNamespace)),
  ];
}
