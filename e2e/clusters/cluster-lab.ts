import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { kubeconfig, type KubectlResult } from '@tke/envtest';

import type { BareHost } from '../hosts/bare-host.ts';
import { HostLab, type HostOptions } from '../hosts/host-lab.ts';
import { hostContainerdDropIn } from '../hosts/settings.ts';
import { HubUnderTest } from '../hub-under-test.ts';
import { kubectlWith } from './kubectl.ts';
import { dropInFile, loginSecret } from './manifests.ts';

/** A hub with bare hosts that it can reach, and that can reach it. */
export class ClusterLab {
  readonly hub: HubUnderTest;
  readonly #hosts: HostLab;
  readonly #folder: string;

  private constructor(hub: HubUnderTest, hosts: HostLab, folder: string) {
    this.hub = hub;
    this.#hosts = hosts;
    this.#folder = folder;
  }

  static async start(): Promise<ClusterLab> {
    const hosts = await HostLab.start();
    const hub = await HubUnderTest.create();
    const lab = new ClusterLab(hub, hosts, await mkdtemp(join(tmpdir(), 'tke-clusters-')));
    await hub.up('--address', hosts.gateway);
    const dropIn = join(hub.folder, 'files', 'shared', dropInFile);
    await mkdir(join(dropIn, '..'), { recursive: true });
    await writeFile(dropIn, hostContainerdDropIn);
    return lab;
  }

  /** Boots hosts, and tells the hub how to log in to them. */
  async boot(...names: readonly string[]): Promise<readonly BareHost[]> {
    const hosts = await this.#hosts.hosts(...names);
    await this.hub.apply(loginSecret(hosts[0]!));
    return hosts;
  }

  async bootWith(name: string, options: HostOptions): Promise<BareHost> {
    const host = await this.#hosts.host(name, options);
    await this.hub.apply(loginSecret(host));
    return host;
  }

  /** kubectl as the administrator of a cluster that the hub has built. */
  async member(cluster: string, server: string): Promise<(...args: readonly string[]) => Promise<KubectlResult>> {
    const file = this.#kubeconfig(cluster);
    const text = await this.hub.must(['-n', 'tke-system', 'get', 'secret', `${cluster}-admin`, '-o', 'json']);
    const { data } = JSON.parse(text) as { data: Record<string, string> };
    const of = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString('utf8');
    const client = { certPem: of('tls.crt'), keyPem: of('tls.key') };
    await writeFile(file, kubeconfig({ server: `https://${server}:6443`, caPem: of('ca.crt'), client }), {
      mode: 0o600,
    });
    return (...args) => kubectlWith(this.#kubectl, file, args);
  }

  /** After `member`. */
  async applyTo(cluster: string, object: object): Promise<void> {
    const file = join(this.#folder, 'object.json');
    await writeFile(file, JSON.stringify(object));
    const { code, stderr } = await kubectlWith(this.#kubectl, this.#kubeconfig(cluster), ['apply', '-f', file]);
    if (code !== 0) {
      throw new Error(`kubectl apply in ${cluster}: ${stderr}`);
    }
  }

  get #kubectl(): string {
    return join(this.hub.folder, 'bin', 'kubectl');
  }

  #kubeconfig(cluster: string): string {
    return join(this.#folder, `${cluster}.kubeconfig`);
  }

  async stop(): Promise<void> {
    await this.hub.remove();
    await this.#hosts.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
