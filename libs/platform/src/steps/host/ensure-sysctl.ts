import type { HostFacts } from '@tke/host';
import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import type { ClusterNetwork } from '../../network/cluster-network.ts';
import { stateFolder } from '../../hosts/state-folder.ts';
import { hostStepErrors } from './errors.ts';
import { everyNode } from './targets.ts';

const sysctlPath = '/etc/sysctl.d/99-tke.conf';

/** `<path below /proc/sys>=<value before the cluster>`, for the reset. */
export const sysctlsBefore = `${stateFolder}/sysctls.before`;

export const ownedPaths: readonly string[] = [sysctlPath];

/** What kubelet (cm/container_manager_linux.go) and kube-proxy set by themselves. We only note what it was. */
const setByOthers = [
  ...['kernel/keys/root_maxbytes', 'kernel/keys/root_maxkeys', 'kernel/panic', 'kernel/panic_on_oops'],
  ...['vm/overcommit_memory', 'vm/panic_on_oom'],
  ...['net/ipv4/conf/all/arp_announce', 'net/ipv4/conf/all/arp_ignore', 'net/ipv4/conf/all/route_localnet'],
  ...['net/ipv4/vs/conn_reuse_mode', 'net/ipv4/vs/conntrack', 'net/ipv4/vs/expire_nodest_conn'],
  ...['nf_conntrack_max', 'nf_conntrack_tcp_timeout_close_wait', 'nf_conntrack_tcp_timeout_established'].map(
    (name) => `net/netfilter/${name}`,
  ),
];

/** Value by path below /proc/sys: names with dots are ambiguous where a network device has one in its name (sysctl.d(5)). */
export type Sysctls = Readonly<Record<string, string>>;

/** `bridge`: whether the kernel has br_netfilter, without which there is nothing to set. */
export function wantedSysctls({ podCidrs }: Pick<ClusterNetwork, 'podCidrs'>, bridge: boolean): Sysctls {
  const usesIPv6 = podCidrs.some((cidr) => cidr.includes(':'));
  const usesIPv4 = podCidrs.some((cidr) => !cidr.includes(':'));
  return {
    ...(usesIPv4 && { 'net/ipv4/ip_forward': '1' }),
    ...(usesIPv6 && { 'net/ipv6/conf/all/forwarding': '1' }),
    ...(bridge && { 'net/bridge/bridge-nf-call-iptables': '1', 'net/bridge/bridge-nf-call-ip6tables': '1' }),
  };
}

/** The dash: systemd-sysctl shall not fail at boot for what the kernel does not have then. */
export function renderSysctls(sysctls: Sysctls): string {
  const lines = Object.entries(sysctls).map(([path, value]) => `-${path} = ${value}`);
  return `# Written by TKE.\n${lines.join('\n')}\n`;
}

/**
 * Notes what was there before, once, and prints what does not take its value. $1 file of the values before, then `<path>=<value>`, or `<path>` to
 * note it only.
 */
const applyScript = `
umask 077
before=$1
shift
for setting; do
  path=\${setting%%=*} value=\${setting#*=}
  file=/proc/sys/$path
  current=$(cat "$file" 2>&1)
  if [ -f "$file" ] && ! grep -q "^$path=" "$before" 2>/dev/null; then echo "$path=$current" >> "$before"; fi
  [ "$path" != "$setting" ] && [ "$current" != "$value" ] || continue
  printf '%s\\n' "$value" 2>/dev/null > "$file"
  [ "$(cat "$file" 2>&1)" = "$value" ] || echo "$path is $(cat "$file" 2>&1), not $value"
done
exit 0
`;

/** Lets the host forward packets of pods, now and after a reboot. */
export const ensureSysctl: Step<BuildScope> = {
  name: 'EnsureSysctl',
  targets: everyNode,
  async run(scope, { target }) {
    const session = await scope.session(target);
    const facts = await session.facts();
    const hasBridge = (await session.stat('/proc/sys/net/bridge')) !== undefined;
    const base = wantedSysctls(scope.network, hasBridge);
    const sysctls = { ...base, ...(await advertisements(session, facts, base)) };
    await session.write(sysctlPath, renderSysctls(sysctls), { mode: 0o644, parents: 0o755 });
    const settings = Object.entries(sysctls).map(([path, value]) => `${path}=${value}`);
    const { stdout } = await session.script(applyScript, [sysctlsBefore, ...setByOthers, ...settings]);
    if (stdout !== '') {
      throw hostStepErrors.SysctlNotApplied(`${target}: ${stdout.trim().replaceAll('\n', '; ')}`);
    }
    return undefined;
  },
};

/**
 * A host that forwards does not listen to router advertisements any more unless it is told to (accept_ra 2; kernel documentation,
 * ip-sysctl): one that got its default route by them would lose it. 0 stays: somebody has turned them off.
 */
async function advertisements(session: HostSession, { defaultRoutes }: HostFacts, wanted: Sysctls): Promise<Sysctls> {
  const devices = defaultRoutes.filter(({ family }) => family === 6).map((route) => route.interface);
  if (devices.length === 0 || !('net/ipv6/conf/all/forwarding' in wanted)) {
    return {};
  }
  const paths = [...new Set(devices)].map((device) => `net/ipv6/conf/${device}/accept_ra`);
  const script = 'for path; do echo "$path=$(cat "/proc/sys/$path" 2>/dev/null)"; done';
  const { stdout } = await session.script(script, paths);
  const listening = stdout.split('\n').filter((line) => /=[12]$/.test(line));
  return Object.fromEntries(listening.map((line) => [line.slice(0, line.lastIndexOf('=')), '2']));
}
