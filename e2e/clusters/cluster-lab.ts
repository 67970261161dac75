import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { kubeconfig, startDetached, type KubectlResult } from '@tke/envtest';
import { systemClock } from '@tke/time';

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
    try {
      await lab.#up();
      return lab;
    } catch (error) {
      await lab.stop();
      throw error;
    }
  }

  async #up(): Promise<void> {
    await this.hub.up('--address', this.gateway);
    const dropIn = join(this.hub.folder, 'files', 'shared', dropInFile);
    await mkdir(join(dropIn, '..'), { recursive: true });
    await writeFile(dropIn, hostContainerdDropIn);
  }

  /** The address of this machine at which hosts reach hubs. */
  get gateway(): string {
    return this.#hosts.gateway;
  }

  /** Has the hub take packages from a mirror, of which it knows nothing yet. Its leader changes. */
  usePackages(url: string): Promise<void> {
    return this.#restartManager(`--packages=${url}`, `--package-cache=${join(this.#folder, 'cache')}`);
  }

  /** Has a leader that was killed replaced after 10 seconds, where that is not what is looked at. */
  replaceLeadersSoon(): Promise<void> {
    return this.#restartManager('--lease-duration=10', '--renew-deadline=8', '--retry-period=1');
  }

  async #restartManager(...flags: readonly string[]): Promise<void> {
    const { cwd, logFile } = await this.hub.process('manager');
    const [command = '', ...args] = (await this.hub.kill('manager')).command;
    const replaced = flags.map((flag) => flag.slice(0, flag.indexOf('=') + 1));
    const others = args.filter((arg) => !replaced.some((name) => arg.startsWith(name)));
    const runDir = join(this.hub.folder, 'run');
    await startDetached({ name: 'manager', command, args: [...others, ...flags], cwd, logFile, runDir }, systemClock);
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
    const file = this.kubeconfigOf(cluster);
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
    const { code, stderr } = await kubectlWith(this.#kubectl, this.kubeconfigOf(cluster), ['apply', '-f', file]);
    if (code !== 0) {
      throw new Error(`kubectl apply in ${cluster}: ${stderr}`);
    }
  }

  get #kubectl(): string {
    return join(this.hub.folder, 'bin', 'kubectl');
  }

  /** Of the administrator of a cluster, after `member`. */
  kubeconfigOf(cluster: string): string {
    return join(this.#folder, `${cluster}.kubeconfig`);
  }

  async stop(): Promise<void> {
    await this.hub.remove();
    await this.#hosts.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
