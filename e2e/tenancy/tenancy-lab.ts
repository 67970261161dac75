import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { load } from 'js-yaml';

import { ClusterAccess, ControlPlane, waitFor } from '@tke/envtest';

import { HubUnderTest, patience } from '../hub-under-test.ts';
import type { Manifest, Tenant } from './tenant-objects.ts';

/** A hub, and control planes that its tenants have as clusters. */
export class TenancyLab {
  readonly hub: HubUnderTest;
  readonly #members = new Map<string, ControlPlane>();

  private constructor(hub: HubUnderTest) {
    this.hub = hub;
  }

  static async start(): Promise<TenancyLab> {
    const hub = await HubUnderTest.create();
    try {
      await hub.up();
    } catch (error) {
      // Its processes would outlive the test.
      await hub.remove();
      throw error;
    }
    return new TenancyLab(hub);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#members.values()].map((member) => member.stop()));
    await this.hub.remove();
  }

  member(cluster: string): ControlPlane {
    const member = this.#members.get(cluster);
    if (member === undefined) {
      throw new Error(`${cluster} was not added`);
    }
    return member;
  }

  /** A cluster of the tenant, imported. It needs no object of the tenant. */
  async addMember({ id, cluster }: Pick<Tenant, 'id' | 'cluster'>): Promise<void> {
    const member = await this.#startMember(cluster);
    const metadata = { namespace: 'tke-system', name: cluster, labels: { 'platform.tkestack.io/tenant-id': id } };
    const stringData = { kubeconfig: await readFile(member.kubeconfigPath, 'utf8') };
    await this.hub.apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData });
    const spec = { tenantID: id, type: 'Imported', displayName: cluster, credentialSecretRef: { name: cluster } };
    await this.hub.apply({ apiVersion: 'platform.tkestack.io/v1', kind: 'Cluster', metadata: { name: cluster }, spec });
    await this.#untilReady(`cluster/${cluster}`);
  }

  /** Has the member ask the hub who may do what in it, with the files that the hub made for it. */
  async authorizeMember({ cluster }: Tenant): Promise<void> {
    const files = await waitFor(() => this.#authorizationFiles(cluster), {
      description: `what ${cluster} asks the hub with`,
      timeoutMs: patience,
    });
    const path = join(this.hub.folder, `${cluster}.kubeconfig`);
    await writeFile(path, files['webhook.kubeconfig'] ?? '', { mode: 0o600 });
    const here = files['authorization-configuration.yaml']?.replace(
      '/etc/kubernetes/tke-authz/webhook.kubeconfig',
      path,
    );
    await this.member(cluster).stop();
    await this.#startMember(cluster, load(here ?? '') as Record<string, unknown>);
  }

  /** Path of the kubeconfig of who may do everything on the hub. */
  async administrator(): Promise<string> {
    return (await ClusterAccess.open(this.hub.folder)).kubeconfigPath;
  }

  /** A user of the hub, with the credentials of the tenant. Resolves with the path of a kubeconfig. */
  async user(name: string, ...tenants: readonly string[]): Promise<string> {
    const access = await ClusterAccess.open(this.hub.folder);
    return access.user(name, { groups: tenants.map((tenant) => `tenant:${tenant}`) });
  }

  /** A folder that `kubectl -k` takes, with one file for each object, in this order. */
  async kustomization(name: string, objects: readonly Manifest[]): Promise<string> {
    const folder = join(this.hub.folder, name);
    await mkdir(folder, { recursive: true });
    const files = objects.map((_, index) => `${String(index).padStart(3, '0')}.yaml`);
    await Promise.all(objects.map((object, index) => writeFile(join(folder, files[index]!), JSON.stringify(object))));
    const sortOptions = { order: 'fifo' };
    const head = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', sortOptions };
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify({ ...head, resources: files }));
    return folder;
  }

  /** A failure says what the object said last. */
  async #untilReady(object: string): Promise<void> {
    const ready = "{.status.conditions[?(@.type=='Ready')]['status', 'reason', 'message']}";
    const isReady = async () => {
      const text = await this.hub.must(['get', object, `--output=jsonpath=${ready}`]);
      return text.startsWith('True') || Promise.reject(new Error(text));
    };
    await waitFor(isReady, { description: `${object} is Ready`, timeoutMs: patience, intervalMs: 250 });
  }

  async #startMember(cluster: string, authorizationConfig?: Record<string, unknown>): Promise<ControlPlane> {
    const member = await ControlPlane.start({
      ...{ dataDir: join(this.hub.folder, cluster), durable: true, controllerManager: true },
      ...(authorizationConfig && { authorizationConfig }),
    });
    this.#members.set(cluster, member);
    return member;
  }

  async #authorizationFiles(cluster: string): Promise<Readonly<Record<string, string>>> {
    const args = ['--namespace=tke-system', 'get', 'secret', `${cluster}-authorization`, '--output=json'];
    const { data } = JSON.parse(await this.hub.must(args)) as { readonly data: Readonly<Record<string, string>> };
    return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]));
  }
}
