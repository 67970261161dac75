import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { systemClock } from '@tke/time';

import { isExecutable } from '../binaries/cache.ts';
import { freePort } from '../control-plane/ports.ts';
import { untilReady } from '../process/lifecycle.ts';
import type { RunningProcess } from '../process/running-process.ts';
import { startWatched } from '../process/watched-process.ts';
import { resolveSshd, type SshdBinaries } from './binary.ts';
import { errors } from './errors.ts';
import { greets } from './greets.ts';
import { generateKey, type SshKey } from './keys.ts';
import { noBashrc } from './sshd.ts';
import { tool } from './tool.ts';

const systemdPath = '/lib/systemd/systemd';

/** Whether this machine can boot a systemd of its own for a test, and why not. */
async function systemdHostObstacle(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) {
    return 'only root can boot a systemd for a test';
  }
  if (!(await isExecutable(systemdPath))) {
    return `${systemdPath} is not installed`;
  }
  return tool('unshare', ['--mount', '--pid', '--fork', '--cgroup', 'true']).then(
    () => undefined,
    () => 'this container may not make namespaces',
  );
}

/**
 * Boots systemd in namespaces of its own, over a copy-on-write view of this machine's files. Only the network is the
 * machine's. Control groups: one below that of nobody else, removed at the end.
 */
const bootScript = `
set -e
folder=$1 name=$2
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*; do
  [ -f "$hierarchy/cgroup.procs" ] && [ ! -L "$hierarchy" ] && [ "$hierarchy" != "/sys/fs/cgroup/$name" ] || continue
  [ "$hierarchy" = /sys/fs/cgroup ] || ! [ -f /sys/fs/cgroup/cgroup.procs ] || continue
  mkdir -p "$hierarchy/$name"
  # A new cpuset has no processors and takes no process before it has.
  for file in cpuset.cpus cpuset.mems; do
    [ -f /sys/fs/cgroup/cgroup.procs ] || [ ! -f "$hierarchy/$file" ] || cat "$hierarchy/$file" > "$hierarchy/$name/$file"
  done
  echo $$ > "$hierarchy/$name/cgroup.procs"
done
exec unshare --mount --pid --fork --kill-child --uts --ipc --cgroup sh -ec '
  folder=$1 root=$1/root
  mount --make-rprivate /
  mount -t tmpfs tmpfs "$folder/layers"
  mkdir "$folder/layers/upper" "$folder/layers/work"
  mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/layers/upper,workdir=$folder/layers/work" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  else
    mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
    mkdir "$root/sys/fs/cgroup/systemd"
    mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
  fi
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  mkdir -p "$root/var/lib/tke" "$root/run/sshd" "$root/run/systemd/system" "$root/$folder"
  mount --bind "$folder/state" "$root/var/lib/tke"
  mount --bind "$folder" "$root/$folder"
  cp "$folder"/*.service "$folder"/*.target "$root/run/systemd/system/"
  exec chroot "$root" /usr/bin/env -i container=tke-test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ${systemdPath} --unit=test.target --log-target=console
' sh "$folder"
`;

/** A host with a systemd of its own, behind a real sshd. root logs in with `key`. */
export class SystemdHost {
  readonly port: number;
  readonly key: SshKey;
  readonly hostKey: SshKey;
  readonly #folder: string;
  readonly #name: string;
  #process: RunningProcess | undefined;

  private constructor(port: number, folder: string, keys: { readonly key: SshKey; readonly hostKey: SshKey }) {
    this.port = port;
    this.key = keys.key;
    this.hostKey = keys.hostKey;
    this.#folder = folder;
    this.#name = folder.slice(folder.lastIndexOf('/') + 1);
  }

  static async start(): Promise<SystemdHost> {
    const obstacle = await systemdHostObstacle();
    if (obstacle !== undefined) {
      throw errors.SystemdMissing(obstacle);
    }
    const folder = mkdtempSync(join(tmpdir(), 'tke-systemd-'));
    await chmod(folder, 0o755);
    ['root', 'layers', 'state'].forEach((name) => mkdirSync(join(folder, name)));
    const binaries = await resolveSshd();
    const key = await generateKey(binaries, join(folder, 'key'));
    const hostKey = await generateKey(binaries, join(folder, 'host-key'));
    const host = new SystemdHost(await freePort(Math.random), folder, { key, hostKey });
    try {
      await host.#configure(binaries);
      await host.#boot();
      return host;
    } catch (error) {
      await host.stop();
      throw error;
    }
  }

  /** Pulls the plug and boots again. What was below /var/lib/tke is there again. */
  async reboot(): Promise<void> {
    await this.#pullPlug();
    await this.#boot();
  }

  async stop(): Promise<void> {
    await this.#pullPlug();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #boot(): Promise<void> {
    this.#process = await startWatched({
      name: 'systemd',
      command: '/bin/sh',
      args: ['-c', bootScript, 'sh', this.#folder, this.#name],
      cwd: this.#folder,
      logFile: join(this.#folder, 'log'),
      orphanedFolder: this.#folder, // its mounts are in a namespace that is gone by then
    });
    const probe = (signal: AbortSignal) => greets(this.port, signal);
    await untilReady(this.#process, { probe, timeoutMs: 90_000, clock: systemClock });
  }

  /** Its first process dies and, as in any process namespace, takes all others with it. */
  async #pullPlug(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    running?.kill('SIGKILL');
    await running?.untilExit();
    const script = `
      for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
        for round in 1 2 3 4 5 6 7 8 9 10; do
          [ ! -d "$root/$1" ] || find "$root/$1" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.2
        done
      done`;
    await tool('/bin/sh', ['-c', script, 'sh', this.#name]);
  }

  async #configure({ sshd }: SshdBinaries): Promise<void> {
    const file = (name: string) => join(this.#folder, name);
    await writeFile(file('authorized'), `${this.key.publicKey}\n`);
    await writeFile(
      file('sshd_config'),
      `ListenAddress 127.0.0.1:${this.port}
HostKey ${this.hostKey.file}
AuthorizedKeysFile ${file('authorized')}
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
${noBashrc}
`,
    );
    await writeFile(
      file('test-sshd.service'),
      `[Service]
ExecStart=${sshd} -D -e -f ${file('sshd_config')}
Restart=always
RestartSec=1
`,
    );
    await writeFile(file('test.target'), '[Unit]\nRequires=basic.target\nWants=test-sshd.service\n');
  }
}
