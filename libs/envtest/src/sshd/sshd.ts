import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { appendFile, chmod, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { systemClock } from '@tke/time';

import { freePort } from '../control-plane/ports.ts';
import { untilReady } from '../process/lifecycle.ts';
import type { RunningProcess } from '../process/running-process.ts';
import { startWatched } from '../process/watched-process.ts';
import { waitFor } from '../wait-for.ts';
import { resolveSshd, type SshdBinaries } from './binary.ts';
import { greets } from './greets.ts';
import { generateKey, type SshKey, type SshKeyType } from './keys.ts';
import { killProcess, servingProcesses } from './processes.ts';
import { createUser, removeUser, type SshUser, type SshUserOptions } from './users.ts';

export interface SshdOptions {
  /** Default `ed25519` alone. */
  readonly hostKeyTypes?: readonly SshKeyType[];
  /** Lines of sshd_config that come before ours; sshd takes the first of each. */
  readonly config?: readonly string[];
}

/**
 * A line of sshd_config. bash reads ~/.bashrc of who logs in, but not below another shell (shell.c, run_startup_files). What stands there
 * is this machine's: it may take seconds, or a lock that the next command waits for where a test kills this one.
 */
export const noBashrc = 'SetEnv SHLVL=1';

/** A real sshd on the loopback, with host keys of its own. It dies with this process. */
export class Sshd {
  readonly port: number;
  /** The user this process runs as, who may log in with `userKey`. */
  readonly user: string;
  readonly #folder: string;
  readonly #binaries: SshdBinaries;
  readonly #options: SshdOptions;
  readonly #users: SshUser[] = [];
  #hostKeys: readonly SshKey[] = [];
  #process: RunningProcess | undefined;
  #keys = 0;

  private constructor(port: number, folder: string, binaries: SshdBinaries, options: SshdOptions) {
    this.port = port;
    this.user = userInfo().username;
    this.#folder = folder;
    this.#binaries = binaries;
    this.#options = options;
  }

  static async start(options: SshdOptions = {}): Promise<Sshd> {
    const folder = mkdtempSync(join(tmpdir(), 'tke-sshd-'));
    await chmod(folder, 0o755); // sshd reads the authorized keys as the user who logs in
    mkdirSync(join(folder, 'authorized'));
    const sshd = new Sshd(await freePort(Math.random), folder, await resolveSshd(), options);
    try {
      await sshd.replaceHostKeys();
      await sshd.restart();
      return sshd;
    } catch (error) {
      await sshd.stop();
      throw error;
    }
  }

  get hostKeys(): readonly SshKey[] {
    return this.#hostKeys;
  }

  /** A key with which the user may log in. */
  async authorizeKey(
    user: string,
    options: { readonly type?: SshKeyType; readonly passphrase?: string } = {},
  ): Promise<SshKey> {
    const key = await generateKey(this.#binaries, join(this.#folder, `user-${(this.#keys += 1)}`), options);
    await appendFile(join(this.#folder, 'authorized', user), `${key.publicKey}\n`);
    return key;
  }

  /** Makes a user of this machine, for as long as sshd is there. Only root can. */
  async createUser(options: SshUserOptions = {}): Promise<SshUser> {
    const user = await createUser(options);
    this.#users.push(user);
    return user;
  }

  /** New host keys, as after a reinstallation. They are shown after the next start. */
  async replaceHostKeys(): Promise<void> {
    const types = this.#options.hostKeyTypes ?? ['ed25519'];
    const files = types.map((type) => join(this.#folder, `host-${type}-${(this.#keys += 1)}`));
    this.#hostKeys = await Promise.all(
      types.map((type, index) => generateKey(this.#binaries, files[index] ?? '', { type })),
    );
  }

  /** Starts sshd (again), on the same port. */
  async restart(): Promise<void> {
    await this.kill();
    const config = join(this.#folder, 'sshd_config');
    await writeFile(config, this.#configuration());
    if (process.getuid?.() === 0) {
      mkdirSync('/run/sshd', { recursive: true, mode: 0o755 }); // compiled in, for privilege separation
    }
    this.#process = await startWatched({
      name: 'sshd',
      command: this.#binaries.sshd,
      args: ['-D', '-e', '-f', config],
      cwd: this.#folder,
      env: this.#binaries.env,
      logFile: join(this.#folder, 'log'),
      orphanedFolder: this.#folder,
    });
    await untilReady(this.#process, {
      probe: (signal) => greets(this.port, signal),
      timeoutMs: 90_000,
      clock: systemClock,
    });
  }

  /** Kills sshd and the processes that serve its connections. What they had started lives on, as on any host. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (running === undefined) {
      return;
    }
    this.#process = undefined;
    const serving = servingProcesses(running.pid);
    running.kill('SIGKILL');
    serving.forEach(killProcess);
    await running.untilExit();
    await waitFor(() => serving.every((pid) => !killProcess(pid)), { description: 'sshd serves no connection' });
  }

  /** Ends sshd, and removes its users and files. */
  async stop(): Promise<void> {
    await this.kill();
    for (const { name } of this.#users.splice(0)) {
      await removeUser(name);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #configuration(): string {
    return [
      ...(this.#options.config ?? []),
      `ListenAddress 127.0.0.1:${this.port}`,
      ...this.#hostKeys.map(({ file }) => `HostKey ${file}`),
      `AuthorizedKeysFile ${join(this.#folder, 'authorized')}/%u`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication yes',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'MaxStartups 100',
      'PrintMotd no',
      'LogLevel VERBOSE',
      noBashrc,
      '',
    ].join('\n');
  }
}
