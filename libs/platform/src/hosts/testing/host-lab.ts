import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { SshLogin } from '@tke/api-platform';
import { Sshd, type SshUser } from '@tke/envtest';
import { HostPool, type LockClaim } from '@tke/host';
import { discardLogger } from '@tke/log';
import type { Attempt } from '@tke/plan';
import { systemClock, type Clock } from '@tke/time';

import { HostLocks } from '../host-locks.ts';
import { HostSessions, type HostSessionsOptions } from '../host-sessions.ts';
import type { HostRecord } from '../known-host.ts';

/** The only address tests have a host at. */
export const ip = '127.0.0.1';

/** A real sshd, and a process of the platform that works on its host. What is remembered of it is in `record`. */
export class HostLab implements AsyncDisposable {
  readonly sshd: Sshd;
  readonly pool = new HostPool({ clock: systemClock, logger: discardLogger });
  record: HostRecord = {};
  readonly #folder: string;
  readonly #user: SshUser;
  #locks = new HostLocks();

  private constructor(sshd: Sshd, user: SshUser, folder: string) {
    this.sshd = sshd;
    this.#user = user;
    this.#folder = folder;
  }

  static async start(): Promise<HostLab> {
    const sshd = await Sshd.start();
    const folder = mkdtempSync(join(tmpdir(), 'tke-sessions-'));
    chmodSync(folder, 0o755);
    return new HostLab(sshd, await sshd.createUser({ sudo: 'nopasswd' }), folder);
  }

  get stateFolder(): string {
    return join(this.#folder, 'state');
  }

  get login(): SshLogin {
    const { name, password } = this.#user;
    return { port: this.sshd.port, username: name, password: Buffer.from(password).toString('base64') };
  }

  get password(): string {
    return this.#user.password;
  }

  /** What a new process knows of the locks it holds: nothing. */
  restart(): void {
    this.#locks = new HostLocks();
  }

  /** The sessions of one pass. */
  pass(claim: LockClaim | undefined = claimOf(1), options: Partial<HostSessionsOptions> = {}): HostSessions {
    return new HostSessions({
      pool: this.pool,
      locks: this.#locks,
      claim: () => claim,
      findHost: (address) =>
        address === ip
          ? { ip, login: this.login, proxy: undefined, tenantID: '', record: this.record, remember: this.#remember }
          : undefined,
      findSecret: () => undefined,
      signal: new AbortController().signal,
      stateFolder: this.stateFolder,
      ...options,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pool.close();
    await this.sshd.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  readonly #remember = (found: HostRecord): Promise<void> => {
    this.record = { ...this.record, ...found };
    return Promise.resolve();
  };
}

export function claimOf(token: number, cluster = 'uid-1'): LockClaim {
  return { cluster, token, holder: `cluster cls-${cluster} of hub here/leader-${token}` };
}

/** Of a pass that waits for its job, however slow the machine is: no time goes by. */
export const patient: Clock = { ...systemClock, monotonic: () => 0 };

export function attemptOf(id: string, part: Partial<Attempt> = {}): Attempt {
  return {
    step: 'EnsureTest',
    target: ip,
    number: 1,
    id,
    signal: new AbortController().signal,
    log: discardLogger,
    clock: patient,
    ...part,
  };
}
