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
};

const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin', '/lib/systemd'];

function missing(): readonly string[] {
  return Object.keys(packages).filter((program) => !folders.some((folder) => existsSync(join(folder, program))));
}

function apt(...args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
}

function main(): void {
  const wanted = [...new Set(missing().map((program) => packages[program] ?? program))];
  if (wanted.length === 0) {
    return;
  }
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (mayInstall) {
    process.stderr.write(`installing ${wanted.join(', ')} for the tests ...\n`);
    const install = ['install', '--yes', '--no-install-recommends', ...wanted];
    // Lists of packages may be absent on a new machine, or older than the packages.
    if (!apt(...install)) {
      apt('update');
      apt(...install);
    }
  }
  const left = missing();
  if (left.length > 0) {
    process.stderr.write(`tests need ${left.join(', ')}: install ${wanted.join(', ')}\n`);
    process.exitCode = 1;
  }
}

main();
