import { cluster, clusterCredential, secretTenantLabel, type Cluster, type ClusterCredential } from '@tke/api-platform';
import { crdManifest } from '@tke/crd';
import { applyManifests, kubeconfig, waitFor, type ControlPlane } from '@tke/envtest';
import type { Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { ClusterFollower, memberEvents } from '@tke/member-cluster';
import { coreKinds, type Condition, type KubeObject } from '@tke/meta';
import { issueCertificate } from '@tke/pki';
import { PlanRunner } from '@tke/plan';
import { annotationChanged, Cache, controllerFor, generationChanged, Manager, or } from '@tke/runtime';
import { systemClock as clock } from '@tke/time';

import { ClusterLife } from '../../cluster/cluster-life.ts';
import { PlannedReconciler } from '../../objects/planned-reconciler.ts';
import { MemberObserver } from '../../observe/member-observer.ts';
import { adminOf, runningMembers, type Target } from '../../observe/testing/members.ts';
import { ImportedProvider } from '../imported-provider.ts';

export const namespace = 'tke-system';
export const hubName = 'hub-under-test';

/** Longer than a Cluster that was refused waits until it is looked at again. */
const timeoutMs = 90_000;

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The kinds and the namespace of the platform. */
export async function prepareHub(hub: ControlPlane): Promise<void> {
  await applyManifests(hub, [crdManifest(cluster), crdManifest(clusterCredential)]);
  await hub.kubectl(['create', 'namespace', namespace]);
}

/** A manager that knows imported clusters, on a real API server. Ends with the test. */
export class ImportHub implements AsyncDisposable {
  readonly client: Client;
  readonly #stop = new AbortController();
  readonly #ended: Promise<unknown>;

  private constructor(client: Client, manager: Manager, members: AsyncDisposable) {
    this.client = client;
    this.#ended = manager
      .start(this.#stop.signal)
      .finally(() => members[Symbol.asyncDispose]())
      .finally(() => client.close());
  }

  static async start(hub: ControlPlane): Promise<ImportHub> {
    const client = await adminOf(hub.access);
    const cache = new Cache({ reader: client, logger: discardLogger });
    const members = runningMembers();
    const manager = new Manager({ client, cache, logger: discardLogger });
    const { recorder } = manager;
    manager.add(new ClusterFollower({ cache, members, namespace }));
    const provider = new ImportedProvider({
      ...{ cache, members, recorder, clock, hub: hubName },
      observer: new MemberObserver(clock, undefined),
      runner: new PlanRunner({ clock, random: Math.random, logger: discardLogger }),
      random: Math.random,
      detachTimeoutMs: 2_000,
    });
    const providers = { Imported: provider, Baremetal: provider, Edge: provider };
    controllerFor(manager, 'clusters')
      .for<Cluster>(cluster, { predicates: [or(generationChanged, annotationChanged)] })
      .watchesSource(memberEvents(members))
      .withOptions({ concurrency: 4 })
      .complete(
        new PlannedReconciler<Cluster>({ client, recorder, clock }, new ClusterLife(providers, { recorder, clock })),
      );
    return new ImportHub(client, manager, members);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async secret(name: string, data: Readonly<Record<string, string>>, tenantID = 'default'): Promise<void> {
    const metadata = { namespace, name, labels: { [secretTenantLabel]: tenantID } };
    const encoded = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)]));
    await this.apply(coreKinds.secret, { apiVersion: 'v1', kind: 'Secret', metadata, data: encoded });
  }

  async credential(name: string, fields: Partial<ClusterCredential>): Promise<void> {
    const object = { apiVersion: 'platform.tkestack.io/v1', kind: 'ClusterCredential', metadata: { name } };
    await this.apply(clusterCredential, { ...object, tenantID: 'default', ...fields });
  }

  async import(name: string, spec: Partial<Cluster['spec']>): Promise<void> {
    const object = { apiVersion: 'platform.tkestack.io/v1', kind: 'Cluster', metadata: { name } };
    await this.apply(cluster, { ...object, spec: { tenantID: 'default', type: 'Imported', ...spec } });
  }

  async apply<T extends KubeObject>(kind: Parameters<Client['patch']>[0] & object, object: T): Promise<void> {
    const { name = '', namespace: where } = object.metadata;
    const key = where === undefined ? { name } : { name, namespace: where };
    await this.client.patch(kind, key, { type: 'apply', body: object }, { fieldManager: 'test', force: true });
  }

  get(name: string): Promise<Cluster> {
    return this.client.get<Cluster>(cluster, { name });
  }

  /** Waits until the condition Ready of a Cluster has a reason, and resolves with the Cluster. */
  until(name: string, reason: string): Promise<Cluster> {
    const description = `${name} is ${reason}`;
    return waitFor(
      async () => {
        const found = await this.get(name);
        const ready = condition(found, 'Ready');
        return ready?.reason === reason
          ? found
          : Promise.reject(new Error(`${ready?.reason ?? ''}: ${ready?.message ?? ''}`));
      },
      { description, timeoutMs },
    );
  }

  async retry(name: string): Promise<void> {
    const annotations = { 'platform.tkestack.io/retry': String(Date.now()) };
    await this.client.patch(cluster, { name }, { type: 'merge', body: { metadata: { annotations } } });
  }

  /** Deletes a Cluster and waits until it is gone. */
  async delete(name: string): Promise<void> {
    await this.client.delete(cluster, { name });
    const isGone = () =>
      this.get(name).then(
        () => false,
        () => true,
      );
    await waitFor(isGone, { description: `${name} is gone`, timeoutMs });
  }

  async deleteAll(): Promise<void> {
    const { items } = await this.client.list<Cluster>(cluster);
    await Promise.all(items.map(({ metadata }) => this.delete(metadata.name ?? '')));
  }

  async events(name: string): Promise<readonly string[]> {
    const { items } = await this.client.list(coreKinds.event);
    return items.filter(({ regarding }) => regarding.name === name).map(({ reason, note }) => `${reason}: ${note}`);
  }
}

export function condition({ status }: Cluster, type: string): Condition | undefined {
  return (status?.conditions as Condition[] | undefined)?.find((one) => one.type === type);
}

export const addressOf = ({ url }: Pick<Target, 'url'>) =>
  ({ type: 'Real', host: '127.0.0.1', port: Number(new URL(url).port) }) as const;

/** A kubeconfig of a cluster's administrator. */
export async function adminKubeconfig({ url, pki }: Target): Promise<string> {
  const [commonName, organizations] = ['importer', ['system:masters']];
  const client = await issueCertificate({ ca: pki.ca, commonName, organizations, usages: ['client'], clock });
  return kubeconfig({ server: url, caPem: pki.ca.certPem, client });
}

const serviceAccount = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
};

/** A token of a new service account, which may do nothing yet, and its user name. */
export async function newToken(
  client: Client,
  name: string,
): Promise<{ readonly token: string; readonly user: string }> {
  const metadata = { namespace: 'default', name };
  await client.create(serviceAccount, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata, spec: {} };
  const answer = await client.create(serviceAccount, request, { subresource: 'token' });
  const { token } = (answer as unknown as { status: { token: string } }).status;
  return { token, user: `system:serviceaccount:default:${name}` };
}
