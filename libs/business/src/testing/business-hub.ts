import { authKinds } from '@tke/api-auth';
import { businessKinds } from '@tke/api-business';
import { cluster, clusterCredential, platformKinds, type Cluster, type ClusterCredential } from '@tke/api-platform';
import { crdManifest } from '@tke/crd';
import { applyManifests, ControlPlane, waitFor } from '@tke/envtest';
import { connect, isNotFound, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { ClusterFollower, clusterFollowerPermissions, MemberClusters } from '@tke/member-cluster';
import { coreKinds, keyOf, type Condition, type Kind, type KubeObject, type ObjectKey } from '@tke/meta';
import { issueCertificate } from '@tke/pki';
import { Cache, Manager, RuntimeMetrics, type EventRecorder, type Permission } from '@tke/runtime';
import { systemClock as clock } from '@tke/time';

import type { BusinessDependencies } from '../dependencies.ts';
import { managerRbac, managerUser } from './rbac.ts';

/** Where the platform keeps its own objects. */
export const platformNamespace = 'tke-system';

// Tests run beside others on machines with few cores, which are taken away for seconds.
const timeoutMs = 120_000;

type RequestObserver = NonNullable<Parameters<typeof connect>[0]['onRequest']>;

export interface BusinessHubOptions {
  /** E.g. `addProjectController`. */
  readonly controllers: readonly ((manager: Manager, deps: BusinessDependencies) => void)[];
  /** All that these controllers may do on the hub. Following the members is added. */
  readonly permissions: readonly Permission[];
  /** Also runs kube-controller-manager: namespaces end, owned objects go with their owner. Default false. */
  readonly controllerManager?: boolean;
  /** Hears of every request of the managers to the hub. */
  readonly onRequest?: RequestObserver;
  /** Hears of every request of the managers to members. */
  readonly onMemberRequest?: RequestObserver;
}

interface RecordedEvent {
  /** `Kind/name`. */
  readonly object: string;
  readonly type: string;
  readonly reason: string;
  readonly note: string;
}

/** A manager that runs the controllers, with its own cache and members. */
export interface RunningManager {
  readonly metrics: RuntimeMetrics;
  readonly members: MemberClusters;
  /** Ends it as a crash would: what it does is cut off. */
  kill(): Promise<void>;
}

/**
 * A real control plane with the kinds of auth, platform and business and without webhooks; managers that may do what the permissions
 * say and no more; further control planes as members.
 */
export class BusinessHub {
  readonly controlPlane: ControlPlane;
  /** An administrator of the hub. */
  readonly admin: Client;
  readonly events: RecordedEvent[] = [];
  readonly #options: BusinessHubOptions;
  readonly #client: Client;
  readonly #managers = new Set<RunningManager>();
  readonly #members = new Map<string, { readonly controlPlane: ControlPlane; readonly admin: Client }>();

  private constructor(controlPlane: ControlPlane, admin: Client, client: Client, options: BusinessHubOptions) {
    this.controlPlane = controlPlane;
    this.admin = admin;
    this.#client = client;
    this.#options = options;
  }

  static async start(options: BusinessHubOptions): Promise<BusinessHub> {
    const { controllerManager = false, permissions, onRequest } = options;
    const controlPlane = await ControlPlane.start({ controllerManager });
    const admin = await open(controlPlane.kubeconfigPath);
    await newNamespace(admin, platformNamespace);
    const granted = [...permissions, ...clusterFollowerPermissions(platformNamespace)];
    const kinds = [...authKinds, ...platformKinds, ...businessKinds];
    await applyManifests(controlPlane, [...kinds.map(crdManifest), ...managerRbac(granted, platformNamespace)]);
    const client = await open(await controlPlane.user(managerUser), onRequest);
    return new BusinessHub(controlPlane, admin, client, options);
  }

  /** One more process. Nothing elects a leader here: several work at the same time, which is worse than what can happen. */
  async startManager(): Promise<RunningManager> {
    const client = this.#client;
    const cache = new Cache({ reader: client, logger: discardLogger });
    const metrics = new RuntimeMetrics({ processDefaults: false });
    const manager = new Manager({ client, cache, metrics, logger: discardLogger, gracefulStopMs: 0 });
    const members = newMembers(this.#options.onMemberRequest);
    const recorder = this.#recorder();
    manager.add(members);
    manager.add(new ClusterFollower({ cache, members, namespace: platformNamespace }));
    for (const add of this.#options.controllers) {
      add(manager, { client, cache, members, recorder, clock, fieldManager: 'tke/business' });
    }
    const stop = new AbortController();
    const ended = manager.start(stop.signal).catch((error: unknown) => error);
    const running: RunningManager = {
      metrics,
      members,
      kill: async () => {
        this.#managers.delete(running);
        stop.abort();
        await ended;
      },
    };
    this.#managers.add(running);
    const failure = await Promise.race([manager.elected, ended]);
    if (failure !== undefined) {
      throw failure as Error;
    }
    return running;
  }

  /** Those that run. */
  get managers(): readonly RunningManager[] {
    return [...this.#managers];
  }

  /** Kills every manager. */
  async stopManager(): Promise<void> {
    await Promise.all([...this.#managers].map((manager) => manager.kill()));
  }

  async stop(): Promise<void> {
    await this.stopManager();
    const members = [...this.#members.values()];
    await Promise.all([this.admin, this.#client, ...members.map(({ admin }) => admin)].map((each) => each.close()));
    await Promise.all(
      [this.controlPlane, ...members.map(({ controlPlane }) => controlPlane)].map((each) => each.stop()),
    );
  }

  /** Server-side, as `kubectl apply`: of one field manager, all that is not given is taken away. */
  async apply(...objects: readonly KubeObject[]): Promise<void> {
    await applyManifests(this.controlPlane, objects);
  }

  /** Asks for the deletion, and resolves when the object is gone. */
  async remove<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): Promise<void> {
    const key: ObjectKey = { name, ...(namespace !== undefined && { namespace }) };
    const { metadata } = await this.admin.get(kind, key);
    await this.admin.delete(kind, key);
    const gone = () =>
      this.admin
        .get(kind, key)
        .then((now) => now.metadata.uid !== metadata.uid || Promise.reject(new Error(JSON.stringify(now))), isNotFound);
    await waitFor(gone, { description: `${kind.kind} ${name} is gone`, timeoutMs });
  }

  /** The object once its status speaks of it as it is, and passes. */
  async until<T extends KubeObject>(
    kind: Kind<T>,
    object: Pick<KubeObject, 'metadata'>,
    description: string,
    passes: (object: T) => boolean,
  ): Promise<T> {
    const asked = async () => {
      const found = await this.admin.get(kind, keyOf(object));
      const { metadata, status } = found as Observed;
      const isCurrent = status?.observedGeneration === metadata.generation;
      return isCurrent && passes(found) ? found : Promise.reject(new Error(JSON.stringify(status)));
    };
    return waitFor(asked, {
      description: `${kind.kind} ${object.metadata.name ?? ''} ${description}`,
      timeoutMs,
    });
  }

  /** The object once its condition Ready has the reason. */
  untilReason<T extends KubeObject>(kind: Kind<T>, object: Pick<KubeObject, 'metadata'>, reason: string): Promise<T> {
    return this.until(kind, object, `is ${reason}`, (found) => conditionOf(found, 'Ready')?.reason === reason);
  }

  /**
   * A second control plane as a member, by a Cluster and a ClusterCredential of its administrator. With kube-controller-manager, so that
   * namespaces end and quotas are counted.
   */
  async addMember(name: string, tenantID: string): Promise<void> {
    const controlPlane = await ControlPlane.start({ controllerManager: true });
    this.#members.set(name, { controlPlane, admin: await open(controlPlane.kubeconfigPath) });
    await this.addCluster(name, tenantID, controlPlane);
  }

  /** A Cluster that a control plane stands behind; several may share one. @param as whom the platform is known there. */
  async addCluster(
    name: string,
    tenantID: string,
    { url, pki }: Pick<ControlPlane, 'url' | 'pki'>,
    { commonName, organizations } = administrator,
  ): Promise<void> {
    const pair = await issueCertificate({ ca: pki.ca, commonName, organizations, usages: ['client'], clock });
    const apiVersion = 'platform.tkestack.io/v1';
    await this.admin.create<ClusterCredential>(clusterCredential, {
      ...{ apiVersion, kind: 'ClusterCredential', metadata: { name: `cc-${name}` }, tenantID, clusterName: name },
      ...{ caCert: base64(pki.ca.certPem), clientCert: base64(pair.certPem), clientKey: base64(pair.keyPem) },
    });
    const addresses = [{ type: 'Real' as const, host: '127.0.0.1', port: Number(new URL(url).port) }];
    const spec = { tenantID, type: 'Imported' as const, addresses };
    await this.admin.create<Cluster>(cluster, { apiVersion, kind: 'Cluster', metadata: { name }, spec });
  }

  /** An administrator of a member. */
  member(name: string): Client {
    return this.#memberOf(name).admin;
  }

  /** E.g. to make it silent (`pauseApiServer`). */
  memberControlPlane(name: string): ControlPlane {
    return this.#memberOf(name).controlPlane;
  }

  #memberOf(name: string) {
    const found = this.#members.get(name);
    if (found === undefined) {
      throw new Error(`there is no member ${name}`);
    }
    return found;
  }

  #recorder(): EventRecorder {
    return {
      event: (regarding, type, reason, _action, note) => {
        this.events.push({ object: `${regarding.kind}/${regarding.metadata.name ?? ''}`, type, reason, note });
      },
    };
  }
}

const administrator = { commonName: 'kubernetes-admin', organizations: ['system:masters'] };

type Observed = KubeObject & { readonly status?: { observedGeneration?: number; conditions?: Condition[] } };

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return (object as Observed).status?.conditions?.find((each) => each.type === type);
}

export async function newNamespace(client: Client, name: string): Promise<void> {
  await client.create(coreKinds.namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

function open(kubeconfig: string, onRequest?: RequestObserver): Promise<Client> {
  return connect({ kubeconfig, userAgent: 'business-test/1', logger: discardLogger, ...(onRequest && { onRequest }) });
}

/** Probed often, so that tests need not wait; silent only after nine seconds, which a member that has no core for a while is not. */
function newMembers(onRequest: RequestObserver | undefined): MemberClusters {
  return new MemberClusters({
    ...(onRequest && { onRequest }),
    userAgent: 'business-test/1',
    logger: discardLogger,
    firstProbeWithinMs: 0,
    connectTimeoutMs: 3_000,
    health: { intervalMs: 500, retryMs: 100, timeoutMs: 3_000, longestIntervalMs: 500 },
  });
}
