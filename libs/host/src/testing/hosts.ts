import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Sshd, waitFor, type SshdOptions, type SshUser, type SshUserOptions } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import { systemClock } from '@tke/time';

import type { Host } from '../host.ts';
import { HostPool } from '../host-pool.ts';
import type { PoolOptions } from '../pool/connection-pool.ts';
import { Secret } from '../secret.ts';
import { parseHostKeyPin } from '../ssh/host-key.ts';
import type { HostKeyPolicy, HostTarget } from '../ssh/target.ts';

/** Waits as long as a busy machine may take. */
export function until(description: string, condition: () => unknown): Promise<unknown> {
  return waitFor(condition, { description, timeoutMs: 60_000 });
}

/** A real sshd of a test, a folder for what is done over it, and a pool of connections. */
export class SshLab {
  readonly sshd: Sshd;
  readonly pool: HostPool;
  /** Writable for everybody: users of tests are not root. */
  readonly folder: string;

  private constructor(sshd: Sshd, pool: HostPool, folder: string) {
    this.sshd = sshd;
    this.pool = pool;
    this.folder = folder;
  }

  static async start({ sshd, pool }: { sshd?: SshdOptions; pool?: Partial<PoolOptions> } = {}): Promise<SshLab> {
    const folder = mkdtempSync(join(tmpdir(), 'tke-host-'));
    chmodSync(folder, 0o777);
    const options = { clock: systemClock, logger: discardLogger, connectTimeoutMs: 60_000, ...pool };
    return new SshLab(await Sshd.start(sshd), new HostPool(options), folder);
  }

  get stateFolder(): string {
    return join(this.folder, 'state');
  }

  get hostKeys(): HostKeyPolicy {
    return { kind: 'pinned', pins: this.sshd.hostKeys.map(({ publicKey }) => parseHostKeyPin(publicKey)) };
  }

  target(rest: Omit<HostTarget, 'address' | 'port' | 'hostKeys'> & { hostKeys?: HostKeyPolicy }): HostTarget {
    return { address: '127.0.0.1', port: this.sshd.port, hostKeys: this.hostKeys, ...rest };
  }

  host(target: HostTarget): Host {
    return this.pool.host(target, { stateFolder: this.stateFolder });
  }

  /** The user this process runs as, by key. */
  async self(): Promise<HostTarget> {
    const { privateKey } = await this.sshd.authorizeKey(this.sshd.user);
    return this.target({ user: this.sshd.user, credentials: { privateKey: new Secret(privateKey) } });
  }

  /** A new user of the machine, by password. */
  async user(options?: SshUserOptions): Promise<{ user: SshUser; target: HostTarget }> {
    const user = await this.sshd.createUser(options);
    const credentials = { password: new Secret(user.password) };
    return { user, target: this.target({ user: user.name, credentials }) };
  }

  async stop(): Promise<void> {
    this.pool.close();
    await this.sshd.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
