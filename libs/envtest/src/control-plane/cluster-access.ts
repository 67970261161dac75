import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { issueCertificate, type CertificateAndKey } from '@tke/pki';
import { systemClock, type Clock } from '@tke/time';

import { errors } from '../errors.ts';
import { kubeconfig } from './kubeconfig.ts';
import { runKubectl, type KubectlResult } from './kubectl.ts';
import { layout, type Layout } from './layout.ts';
import { readPair } from './pki-files.ts';

export interface KubectlOptions {
  /** A user made with `user()`. Default: the administrator. */
  readonly user?: string;
  /** Standard input. */
  readonly input?: string;
  readonly signal?: AbortSignal;
}

export interface UserOptions {
  readonly groups?: readonly string[];
}

interface AccessFile {
  readonly url: string;
  readonly kubectl: string;
  readonly version: string;
}

export interface ControlPlanePki {
  /** Signs the serving certificate and every client certificate. */
  readonly ca: CertificateAndKey;
}

/** How to talk to a control plane. Any process may open one by its folder. */
export class ClusterAccess {
  readonly dataDir: string;
  readonly url: string;
  /** The kubeconfig of an administrator (group system:masters). */
  readonly kubeconfigPath: string;
  readonly kubectlPath: string;
  /** As the apiserver reports it, `v1.36.3`. */
  readonly version: string;
  readonly pki: ControlPlanePki;
  readonly #layout: Layout;
  readonly #clock: Clock;

  private constructor(dataDir: string, { url, kubectl, version }: AccessFile, pki: ControlPlanePki, clock: Clock) {
    this.#layout = layout(dataDir);
    this.#clock = clock;
    this.dataDir = dataDir;
    this.url = url;
    this.kubeconfigPath = this.#layout.kubeconfig;
    this.kubectlPath = kubectl;
    this.version = version;
    this.pki = pki;
  }

  static async open(dataDir: string, clock: Clock = systemClock): Promise<ClusterAccess> {
    const { access, pki } = layout(dataDir);
    const file = JSON.parse(await readFile(access, 'utf8')) as AccessFile;
    return new ClusterAccess(dataDir, file, { ca: await readPair(pki, 'ca') }, clock);
  }

  /** Writes what `open` reads, and the administrator's kubeconfig. */
  static async create(dataDir: string, file: AccessFile, clock: Clock): Promise<ClusterAccess> {
    const paths = layout(dataDir);
    await writeFile(paths.access, JSON.stringify(file));
    const access = await ClusterAccess.open(dataDir, clock);
    await mkdir(paths.users, { recursive: true, mode: 0o700 });
    await mkdir(paths.home, { recursive: true, mode: 0o700 });
    await access.#writeKubeconfig(paths.kubeconfig, 'kubernetes-admin', ['system:masters']);
    return access;
  }

  /** Makes a client certificate for a user and returns the path of the kubeconfig that carries it. */
  async user(name: string, { groups = [] }: UserOptions = {}): Promise<string> {
    const path = this.#userPath(name);
    await this.#writeKubeconfig(path, name, groups);
    return path;
  }

  /** Runs kubectl; a non-zero exit code is returned, not thrown. */
  async kubectl(args: readonly string[], { user, input, signal }: KubectlOptions = {}): Promise<KubectlResult> {
    const kubeconfigPath = user === undefined ? this.kubeconfigPath : this.#userPath(user);
    if (!existsSync(kubeconfigPath)) {
      throw errors.UnknownUser(`there is no kubeconfig of user ${JSON.stringify(user)} at ${kubeconfigPath}`);
    }
    return runKubectl({ command: this.kubectlPath, args, kubeconfigPath, home: this.#layout.home, input, signal });
  }

  #userPath(name: string): string {
    return join(this.#layout.users, `${encodeURIComponent(name)}.kubeconfig`);
  }

  async #writeKubeconfig(path: string, commonName: string, organizations: readonly string[]): Promise<void> {
    const { ca } = this.pki;
    const client = await issueCertificate({ ca, commonName, organizations, usages: ['client'], clock: this.#clock });
    await writeFile(path, kubeconfig({ server: this.url, caPem: ca.certPem, client }), { mode: 0o600 });
  }
}
