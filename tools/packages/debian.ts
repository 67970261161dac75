import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Files and the packages of Debian that have them. */
export type Wanted = Readonly<Record<string, string>>;

export interface Machine {
  has(path: string): boolean;
  /** Whether packages may be installed here. */
  readonly mayInstall: boolean;
  /** Runs apt-get; false when it failed. */
  apt(...args: readonly string[]): boolean;
}

export const thisMachine: Machine = {
  has: existsSync,
  mayInstall: process.getuid?.() === 0 && existsSync('/usr/bin/apt-get'),
  apt: (...args) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    return spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
  },
};

/** Installs what is missing where that may be done. Throws an error that names the packages of what is left. */
export function ensureInstalled(wanted: Wanted, machine: Machine, report: (line: string) => void): void {
  const missing = () => Object.keys(wanted).filter((path) => !machine.has(path));
  const packages = [...new Set(missing().map((path) => wanted[path] ?? path))];
  if (packages.length > 0 && machine.mayInstall) {
    report(`installing ${packages.join(', ')} ...`);
    const install = ['install', '--yes', '--no-install-recommends', ...packages];
    // The lists of packages may be absent on a new machine, or older than the packages.
    if (!machine.apt(...install)) {
      machine.apt('update');
      machine.apt(...install);
    }
  }
  const left = missing();
  if (left.length > 0) {
    const names = [...new Set(left.map((path) => wanted[path] ?? path))];
    throw new Error(`the packages need ${left.join(', ')}: install ${names.join(', ')} (names of Debian and Ubuntu)`);
  }
}
