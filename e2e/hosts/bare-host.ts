import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { errorMessage } from '@tke/errors';
import { waitFor, type SshKey } from '@tke/envtest';
import { parseHostKeyPin, Secret, type HostTarget } from '@tke/host';
import { getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers';

import { errors } from './errors.ts';
import { takeSnapshot, type Snapshot } from './snapshot.ts';

export interface BareHostParts {
  readonly name: string;
  readonly ip: string;
  readonly container: StartedTestContainer;
  readonly key: SshKey;
  readonly hostKey: SshKey;
}

export interface ExecOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const bootTimeoutMs = 180_000;
const ballast = '/var/lib/.ballast';

/**
 * A Debian machine with systemd and sshd and nothing else, where root logs in with a key. It is a container: what a
 * test does to it from here (`exec`, `restart`, ...) does not go through SSH.
 */
export class BareHost {
  readonly name: string;
  /** The same after a restart. */
  readonly ip: string;
  /** With which root logs in. */
  readonly key: SshKey;
  readonly hostKey: SshKey;
  readonly #container: StartedTestContainer;

  constructor({ name, ip, container, key, hostKey }: BareHostParts) {
    this.name = name;
    this.ip = ip;
    this.key = key;
    this.hostKey = hostKey;
    this.#container = container;
  }

  /** What `HostPool.host` takes. */
  get target(): HostTarget {
    return {
      address: this.ip,
      user: 'root',
      credentials: { privateKey: new Secret(this.key.privateKey) },
      hostKeys: { kind: 'pinned', pins: [parseHostKeyPin(this.hostKey.publicKey)] },
    };
  }

  /** Runs a command as root. A failure is an answer. */
  async exec(argv: readonly string[]): Promise<ExecOutcome> {
    const { exitCode, stdout, stderr } = await this.#container.exec([...argv]);
    return { exitCode, stdout, stderr };
  }

  /** As `exec`, for what must succeed. Resolves with standard output. */
  async must(...argv: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.exec(argv);
    if (exitCode !== 0) {
      throw errors.ToolFailed(`${this.name}: ${argv.join(' ')} ended with ${exitCode}: ${stderr || stdout}`);
    }
    return stdout;
  }

  /** Runs a script of the POSIX shell, which must succeed. */
  script(script: string, ...args: readonly string[]): Promise<string> {
    return this.must('sh', '-ec', script, 'sh', ...args);
  }

  /** Writes a file, with its folders. */
  async write(path: string, content: string, mode = 0o644): Promise<void> {
    await this.#container.copyContentToContainer([{ content, target: path, mode }]);
  }

  /** Copies a file of this machine to the host. */
  async copy(source: string, path: string, mode = 0o755): Promise<void> {
    await this.#container.copyFilesToContainer([{ source, target: path, mode }]);
  }

  /** Resolves when systemd has come up and sshd answers. Rejects with HostNotReady. */
  async untilReady(): Promise<void> {
    try {
      await waitFor(
        async () => /^(running|degraded)/.test((await this.exec(['systemctl', 'is-system-running'])).stdout),
        {
          description: `systemd of ${this.name} has come up`,
          timeoutMs: bootTimeoutMs,
          intervalMs: 200,
        },
      );
      await waitFor((signal) => greets(this.ip, signal), {
        description: `sshd of ${this.name} answers at ${this.ip}:22`,
        timeoutMs: bootTimeoutMs,
      });
    } catch (cause) {
      const failed = await this.exec(['systemctl', '--no-pager', '--failed']).catch(() => undefined);
      throw errors.HostNotReady(`${errorMessage(cause)}; ${failed?.stdout ?? 'it takes no command'}`, { cause });
    }
  }

  /** Shuts down in good order and boots again. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Loses power and boots again. */
  async crash(): Promise<void> {
    await (await this.#raw()).kill();
    await this.start();
  }

  /** Shuts down. */
  async stop(): Promise<void> {
    await (await this.#raw()).stop({ t: 30 });
  }

  /** Boots a host that is off. */
  async start(): Promise<void> {
    await (await this.#raw()).start();
    await this.untilReady();
  }

  /** Nothing on it moves on, and its connections stay open. */
  async freeze(): Promise<void> {
    await (await this.#raw()).pause();
  }

  async thaw(): Promise<void> {
    await (await this.#raw()).unpause();
  }

  /** Cuts all SSH connections at once. What they had started runs on; sshd itself is back in a moment. */
  async killSshd(): Promise<void> {
    await this.must('pkill', '-KILL', '-x', 'sshd');
    await sleep(100); // systemd's RestartSec
    await waitFor((signal) => greets(this.ip, signal), {
      description: `sshd of ${this.name} is back`,
      timeoutMs: 120_000,
    });
  }

  /** Uses up the file system of /var/lib to the last byte, whatever somebody else gives back meanwhile. The host must have been started with a disk of its own. */
  async fillDisk(): Promise<void> {
    await this.script(
      `[ "$(df --output=size -B 1M /var/lib | tail -1)" -le 65536 ] || { echo 'not a small disk' >&2; exit 1; }
       fallocate -l "$(df --output=avail -B 1 /var/lib | tail -1)" "$1" || :
       for round in $(seq 100); do
         dd if=/dev/zero of="$1.rest" bs=4k oflag=append conv=notrunc 2>/dev/null || :
         [ "$(df --output=avail -B 1 /var/lib | tail -1)" -gt 0 ] || exit 0
       done
       exit 1`,
      ballast,
    );
  }

  async freeDisk(): Promise<void> {
    await this.must('rm', '-f', ballast, `${ballast}.rest`);
  }

  snapshot(): Promise<Snapshot> {
    return takeSnapshot((argv) => this.must(...argv));
  }

  /** Removes it with all it has written. */
  async remove(): Promise<void> {
    await (await this.#raw()).remove({ force: true, v: true });
  }

  async #raw() {
    return (await getContainerRuntimeClient()).container.getById(this.#container.getId());
  }
}

/** Whether an SSH server says hello: that the port is open would not be enough. */
function greets(ip: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: ip, port: 22, signal });
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
