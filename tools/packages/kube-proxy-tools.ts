import { copyFileSync, cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';

import { copySharedLibraries } from '../oci/shared-libraries.ts';

const iptables = '/usr/sbin/xtables-nft-multi';

/** What kube-proxy runs in its modes nftables, iptables and ipvs, with the package of Debian that has it. */
export const proxyPrograms: Readonly<Record<string, string>> = {
  [iptables]: 'iptables',
  '/usr/sbin/nft': 'nftables',
  '/usr/sbin/conntrack': 'conntrack',
  '/usr/sbin/ipset': 'ipset',
};

/** Matches and targets of iptables, one library each, which it loads by name at run time. */
function extensionFolder(): string {
  return `/usr/lib/${arch() === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu/xtables`;
}

/** Copies them below `root`, with what they load. */
export function copyProxyTools(root: string): void {
  const folder = extensionFolder();
  const extensions = readdirSync(folder).map((name) => join(folder, name));
  const programs = Object.keys(proxyPrograms);
  for (const path of programs) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    copyFileSync(path, join(root, path));
  }
  cpSync(folder, join(root, folder), { recursive: true, verbatimSymlinks: true });
  copySharedLibraries([...programs, ...extensions], root);
  // Rules go to nf_tables, as those of the host's own iptables do today: a kernel with rules in both applies both.
  for (const family of ['iptables', 'ip6tables']) {
    for (const suffix of ['', '-save', '-restore']) {
      symlinkSync(iptables, join(root, dirname(iptables), `${family}${suffix}`));
    }
  }
}
