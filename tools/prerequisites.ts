// What tests need of the machine: programs that no npm package brings. Installs what is missing where it may.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Debian's package of each program. */
const packages: Readonly<Record<string, string>> = {
  sshd: 'openssh-server',
  'ssh-keygen': 'openssh-client',
  sudo: 'sudo',
  systemd: 'systemd',
  'systemd-run': 'systemd',
  unshare: 'util-linux',
  ip: 'iproute2',
  iptables: 'iptables',
  nft: 'nftables',
};

/** For e2e tests on hosts, which say themselves what they lack. */
const hostPackages: Readonly<Record<string, string>> = {
  debootstrap: 'debootstrap',
  'mkfs.ext4': 'e2fsprogs',
  losetup: 'mount',
  busybox: 'busybox',
  ...(hasEngine() ? {} : { dockerd: 'docker.io' }),
};

const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin', '/lib/systemd'];

function hasEngine(): boolean {
  return process.env.DOCKER_HOST !== undefined || existsSync('/var/run/docker.sock');
}

function missing(from: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(from).filter((program) => !folders.some((folder) => existsSync(join(folder, program))));
}

function apt(...args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
}

function install(wanted: readonly string[]): void {
  process.stderr.write(`installing ${wanted.join(', ')} for the tests ...\n`);
  const args = ['install', '--yes', '--no-install-recommends', ...wanted];
  // Lists of packages may be absent on a new machine, or older than the packages.
  if (!apt(...args)) {
    apt('update');
    apt(...args);
  }
}

function main(): void {
  const all = { ...packages, ...hostPackages };
  const packagesOf = (programs: readonly string[]) => [...new Set(programs.map((program) => all[program] ?? program))];
  const wanted = packagesOf(missing(all));
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (wanted.length > 0 && mayInstall) {
    install(wanted);
  }
  const left = missing(all);
  if (left.length > 0) {
    process.stderr.write(`tests need ${left.join(', ')}: install ${packagesOf(left).join(', ')}\n`);
  }
  process.exitCode = missing(packages).length > 0 ? 1 : 0;
}

main();
