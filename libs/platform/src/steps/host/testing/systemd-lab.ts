import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { Cluster } from '@tke/api-platform';
import { SystemdHost } from '@tke/envtest';
import { HostPool, localFile, parseHostKeyPin, Secret, type UploadSource } from '@tke/host';
import { discardLogger } from '@tke/log';
import type { PackageImage, PackageProgram, PackageRelease } from '@tke/package-source';
import type { Attempt, Step, Waiting } from '@tke/plan';
import { systemClock, type Clock } from '@tke/time';

import type { BuildScope } from '../../../build/scope.ts';
import { TenantFiles } from '../../../files/tenant-files.ts';
import type { HostSession } from '../../../hosts/host-session.ts';
import { LockedSession } from '../../../hosts/locked-session.ts';
import { deriveNetwork } from '../../../network/derive-network.ts';

export const ip = '127.0.0.1';
export const uid = 'uid-of-cluster';

/**
 * A host with a systemd of its own and copy-on-write files, for what is safe there: its network and kernel parameters are this
 * machine's.
 */
export class SystemdLab {
  readonly host: SystemdHost;
  /** Of this machine: what `features.files` of every tenant may name. */
  readonly files: string;
  readonly #pool: HostPool;
  readonly #folder: string;
  #session: Promise<HostSession> | undefined;

  private constructor(host: SystemdHost, folder: string) {
    this.host = host;
    this.files = join(folder, 'files', 'shared');
    this.#folder = folder;
    this.#pool = new HostPool({ clock: systemClock, logger: discardLogger });
  }

  static async start(): Promise<SystemdLab> {
    const folder = await mkdtemp(join(tmpdir(), 'tke-steps-'));
    const lab = new SystemdLab(await SystemdHost.start(), folder);
    await mkdir(lab.files, { recursive: true });
    return lab;
  }

  async stop(): Promise<void> {
    this.#pool.close();
    await this.host.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  session(): Promise<HostSession> {
    this.#session ??= this.#open();
    return this.#session;
  }

  /** As after a reboot or when the lock has gone with its folder. */
  forgetSession(): void {
    this.#session = undefined;
  }

  async sh(script: string): Promise<string> {
    return (await (await this.session()).script(script)).stdout;
  }

  scope(features: Cluster['spec']['features'] = {}, rest: Partial<BuildScope> = {}): BuildScope {
    const cluster: Cluster = {
      apiVersion: 'platform.tkestack.io/v1',
      kind: 'Cluster',
      metadata: { name: 'cls-x', uid },
      spec: { type: 'Baremetal', machines: [{ ip }], features },
    };
    const never = () => Promise.reject(new Error('no step of a host needs it'));
    return {
      cluster,
      version: '1.36.3',
      network: deriveNetwork(cluster),
      nodes: [{ ip, name: ip, role: 'ControlPlane', labels: {}, annotations: {}, taints: [] }],
      controlPlane: [ip],
      allHosts: () => [ip],
      session: () => this.session(),
      release: never,
      member: () => {
        throw new Error('no step of a host needs it');
      },
      files: new TenantFiles(dirname(this.files)),
      authorization: undefined,
      saveCredential: never,
      clock: systemClock,
      ...rest,
    };
  }

  /** A program of a release: a script of the shell. */
  async program(name: string, script: string): Promise<PackageProgram> {
    const source = await this.#source(`#!/bin/sh\n${script}\n`);
    return { name, version: '1.0.0', folder: 'bin', ...source };
  }

  async image(reference: string, content: string, controlPlaneOnly = false): Promise<PackageImage> {
    return { name: reference, reference, controlPlaneOnly, ...(await this.#source(content)) };
  }

  /** Runs a step to its end. */
  async run(step: Step<BuildScope>, scope: BuildScope, attempt = attemptOf()): Promise<void> {
    for (;;) {
      const waiting: Waiting | undefined = await step.run(scope, attempt);
      if (waiting === undefined) {
        return;
      }
      await systemClock.sleep(waiting.retryAfterMs ?? 1000);
    }
  }

  async #source(content: string): Promise<UploadSource> {
    const path = join(this.#folder, randomBytes(8).toString('hex'));
    await writeFile(path, content);
    await chmod(path, 0o755);
    return localFile(path);
  }

  async #open(): Promise<HostSession> {
    const host = this.#pool.host({
      address: ip,
      port: this.host.port,
      user: 'root',
      credentials: { privateKey: new Secret(this.host.key.privateKey) },
      hostKeys: { kind: 'pinned', pins: [parseHostKeyPin(this.host.hostKey.publicKey)] },
    });
    const lock = await host.lock.take({ cluster: uid, token: 1, holder: 'cls-x' });
    return new LockedSession({
      ip,
      host,
      lock,
      secrets: [],
      signal: new AbortController().signal,
      facts: () => host.facts(),
      onFailure: () => undefined,
    });
  }
}

/** Of a pass that waits for its job, however slow the machine is: no time goes by. */
const patient: Clock = { ...systemClock, monotonic: () => 0 };

let attempts = 0;

export function attemptOf(part: Partial<Attempt> = {}): Attempt {
  return {
    step: 'EnsureTest',
    target: ip,
    number: 1,
    id: `test-${(attempts += 1)}`,
    signal: new AbortController().signal,
    log: discardLogger,
    clock: patient,
    ...part,
  };
}

export function releaseOf(programs: readonly PackageProgram[], images: readonly PackageImage[] = []): PackageRelease {
  return { version: '1.36.3', architecture: 'amd64', programs, images };
}
