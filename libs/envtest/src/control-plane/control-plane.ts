import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { systemClock } from '@tke/time';

import { resolveBinaries, type Binaries } from '../binaries/resolve.ts';
import { parseVersion, selectedVersion } from '../binaries/versions.ts';
import { detachedLauncher, watchedLauncher } from '../process/launcher.ts';
import { ClusterAccess, type ControlPlanePki, type KubectlOptions, type UserOptions } from './cluster-access.ts';
import { componentSet, type ComponentSet } from './component-set.ts';
import type { KubectlResult } from './kubectl.ts';
import { layout } from './layout.ts';
import type { ControlPlaneOptions } from './options.ts';
import { preparePki } from './pki-files.ts';
import { choosePorts } from './ports.ts';

/** What a server with data to lose gets to end by itself. */
export const stopGraceMs = 10_000;

interface Parts {
  readonly access: ClusterAccess;
  readonly auditLogPath: string;
  readonly servers: ComponentSet;
  readonly graceMs: number;
  readonly temporaryFolder: string | undefined;
}

/** A real etcd and kube-apiserver, and kube-controller-manager on demand. */
export class ControlPlane {
  readonly access: ClusterAccess;
  /** Where audit events go when there is an `auditPolicy`. */
  readonly auditLogPath: string;
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.access = parts.access;
    this.auditLogPath = parts.auditLogPath;
    this.#parts = parts;
  }

  /** Resolves when the control plane is ready. No process is left behind when it rejects. */
  static async start(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
    const { signal, clock, controllerManager } = options;
    const version = options.version === undefined ? selectedVersion(process.env) : parseVersion(options.version);
    const binaries = await resolveBinaries({ version, controllerManager, signal, ...(clock && { clock }) });
    const dataDir = resolve(options.dataDir ?? (await mkdtemp(join(tmpdir(), 'tke-envtest-'))));
    const controlPlane = new ControlPlane(await prepare(dataDir, binaries, options));
    try {
      await controlPlane.#start(signal);
      return controlPlane;
    } catch (error) {
      await controlPlane.stop();
      throw error;
    }
  }

  get url(): string {
    return this.access.url;
  }

  /** The kubeconfig of an administrator (group system:masters). */
  get kubeconfigPath(): string {
    return this.access.kubeconfigPath;
  }

  get pki(): ControlPlanePki {
    return this.access.pki;
  }

  /** Runs kubectl; a non-zero exit code is returned, not thrown. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<KubectlResult> {
    return this.access.kubectl(args, options);
  }

  /** Makes a client certificate for a user and returns the path of the kubeconfig that carries it. */
  user(name: string, options?: UserOptions): Promise<string> {
    return this.access.user(name, options);
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    const { etcd, apiServer, controllerManager } = this.#parts.servers;
    await etcd.start(signal);
    await apiServer.start(signal);
    await controllerManager?.start(signal);
  }

  /** Ends everything, the apiserver before etcd: without etcd it would keep its port for up to a minute. */
  async stop(): Promise<void> {
    const { servers, graceMs, temporaryFolder } = this.#parts;
    await servers.controllerManager?.stop(graceMs);
    await servers.apiServer.stop(graceMs);
    await servers.etcd.stop(graceMs);
    if (temporaryFolder !== undefined) {
      await rm(temporaryFolder, { recursive: true, force: true });
    }
  }

  /** Kills the apiserver as a crash would, and starts it again. */
  async restartApiServer(): Promise<void> {
    await this.killApiServer();
    await this.startApiServer();
  }

  killApiServer(): Promise<void> {
    return this.#parts.servers.apiServer.stop(0);
  }

  startApiServer(): Promise<void> {
    return this.#parts.servers.apiServer.start();
  }

  /** Until `resumeApiServer` the apiserver keeps its connections, accepts new ones and answers nothing. */
  pauseApiServer(): void {
    this.#parts.servers.apiServer.process.kill('SIGSTOP');
  }

  resumeApiServer(): void {
    this.#parts.servers.apiServer.process.kill('SIGCONT');
  }

  /** Kills etcd as a crash would, and starts it again. The apiserver reconnects by itself. */
  async restartEtcd(): Promise<void> {
    await this.killEtcd();
    await this.startEtcd();
  }

  killEtcd(): Promise<void> {
    return this.#parts.servers.etcd.stop(0);
  }

  startEtcd(): Promise<void> {
    return this.#parts.servers.etcd.start();
  }
}

async function prepare(dataDir: string, binaries: Binaries, options: ControlPlaneOptions): Promise<Parts> {
  const { durable = false, clock = systemClock, random = Math.random } = options;
  const paths = layout(dataDir);
  const logDir = resolve(options.logDir ?? paths.logs);
  const auditLogPath = resolve(options.auditLog ?? join(logDir, 'audit.log'));
  await mkdir(paths.etcd, { recursive: true, mode: 0o700 });
  await mkdir(logDir, { recursive: true, mode: 0o700 });
  await preparePki(paths.pki, clock);
  const ports = await choosePorts(options.ports ?? {}, durable ? paths.ports : undefined, random);
  const url = `https://127.0.0.1:${ports.apiServer}`;
  const { kubectl, version } = binaries;
  const access = await ClusterAccess.create(dataDir, { url, kubectl, version }, clock);
  const temporaryFolder = options.dataDir === undefined ? dataDir : undefined;
  const graceMs = durable ? stopGraceMs : 0;
  const launcher = options.detached
    ? detachedLauncher({ runDir: paths.run, graceMs, clock })
    : watchedLauncher(temporaryFolder);
  const surroundings = { options, binaries, layout: paths, logDir, auditLogPath, ports, access, launcher, clock };
  return { access, auditLogPath, servers: await componentSet(surroundings), graceMs, temporaryFolder };
}
