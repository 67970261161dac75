/**
 * Kernel modules that Kubernetes and its networks may want, with the option of the kernel's configuration that builds each. What is
 * built in need not show in /sys/module: only modules with parameters or a version do.
 */
const optionOf: Readonly<Record<string, string>> = {
  br_netfilter: 'BRIDGE_NETFILTER',
  ip_tables: 'IP_NF_IPTABLES',
  ip_vs: 'IP_VS',
  ip_vs_rr: 'IP_VS_RR',
  ip_vs_sh: 'IP_VS_SH',
  ip_vs_wrr: 'IP_VS_WRR',
  ipip: 'NET_IPIP',
  nf_conntrack: 'NF_CONNTRACK',
  nf_tables: 'NF_TABLES',
  overlay: 'OVERLAY_FS',
  vxlan: 'VXLAN',
  wireguard: 'WIREGUARD',
};

export const sysctlsOfInterest = [
  'fs.inotify.max_user_instances',
  'fs.inotify.max_user_watches',
  'kernel.panic',
  'kernel.panic_on_oops',
  'kernel.pid_max',
  'net.bridge.bridge-nf-call-ip6tables',
  'net.bridge.bridge-nf-call-iptables',
  'net.ipv4.conf.all.rp_filter',
  'net.ipv4.ip_forward',
  'net.ipv6.conf.all.disable_ipv6',
  'net.ipv6.conf.all.forwarding',
  'vm.max_map_count',
  'vm.overcommit_memory',
  'vm.swappiness',
];

/**
 * Prints one `<key> <value>` per line, of which the parser takes what it knows. Every tool may be missing and every
 * question may fail: what is not known is not printed. Each program gets five seconds, as one that hangs must not hide
 * the rest. The arguments are the paths whose file systems are asked about.
 */
export const factsScript = `
echo "time.begin $(date +%s.%N)"
sed -n 's/^\\([A-Z_]*\\)=/os.\\1 /p' /etc/os-release 2>/dev/null
echo "kernel $(uname -r)"
echo "machine $(uname -m)"
echo "hostname $(uname -n)"
echo "boot $(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
echo "machine-id $(cat /etc/machine-id 2>/dev/null)"
echo "product-uuid $(cat /sys/class/dmi/id/product_uuid 2>/dev/null)"
echo "init $(cat /proc/1/comm 2>/dev/null)"
[ -d /run/systemd/system ] && echo "systemd $(timeout 5 systemctl --version 2>/dev/null | sed -n 's/^systemd \\([0-9]*\\).*/\\1/p')"
echo "cgroup $(stat -fc %T /sys/fs/cgroup 2>/dev/null)"
for controller in $(cat /sys/fs/cgroup/cgroup.controllers 2>/dev/null); do echo "controller $controller"; done
sed 1d /proc/cgroups 2>/dev/null | while read -r name hierarchy count enabled; do [ "$enabled" = 1 ] && [ "$hierarchy" != 0 ] && echo "controller $name"; done
container=$(timeout 5 systemd-detect-virt --container 2>/dev/null)
[ -n "$container" ] || container=$(tr '\\0' '\\n' < /proc/1/environ 2>/dev/null | sed -n 's/^container=//p')
{ [ -z "$container" ] || [ "$container" = none ]; } && { [ -e /.dockerenv ] || [ -e /run/.containerenv ]; } && container=docker
echo "container \${container:-none}"
echo "cpus $(nproc 2>/dev/null)"
sed -n 's/^\\(MemTotal\\|MemAvailable\\|SwapTotal\\): *\\([0-9]*\\) kB/memory.\\1 \\2/p' /proc/meminfo
for path in "$@"; do
  at=$path
  while [ ! -e "$at" ] && [ "$at" != / ]; do at=$(dirname -- "$at"); done
  df -PkT -- "$at" 2>/dev/null | sed -n '2p' | while read -r device type size used free share mount; do echo "disk $path|$mount|$type|$size|$free"; done
  df -Pi -- "$at" 2>/dev/null | sed -n '2p' | while read -r device inodes used free rest; do echo "inodes $path|$free"; done
done
{ timeout 5 ip -o addr show scope global 2>/dev/null || hostname -I 2>/dev/null | tr ' ' '\\n' | sed -n 's/^./x eth inet &/p'; } |
  while read -r index interface family address rest; do echo "address $interface $address"; done
{ timeout 5 ip -o -4 route show default; timeout 5 ip -o -6 route show default; } 2>/dev/null | sed 's/^/route /'
config() { zcat /proc/config.gz || cat "/boot/config-$(uname -r)" || cat "/lib/modules/$(uname -r)/config"; }
built_in=$(config 2>/dev/null | sed -n 's/^CONFIG_\\([A-Z0-9_]*\\)=y$/ \\1 /p')
for pair in ${Object.entries(optionOf)
  .map(([module, option]) => `${module}:${option}`)
  .join(' ')}; do
  module=\${pair%:*}
  if [ -d "/sys/module/$module" ] || grep -q "^$module " /proc/modules 2>/dev/null || grep -qw "$module" /proc/filesystems ||
    grep -q "/$module.ko" "/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null; then echo "module $module present"
  else case "$built_in" in
    *" \${pair#*:} "*) echo "module $module present";;
    *) if timeout 5 modprobe -n -q "$module" 2>/dev/null; then echo "module $module loadable"; else echo "module $module absent"; fi;;
  esac; fi
done
for name in ${sysctlsOfInterest.join(' ')}; do
  file=/proc/sys/$(echo "$name" | tr . /)
  [ -r "$file" ] && echo "sysctl $name $(cat "$file")"
done
version() { command -v "$1" >/dev/null || return; shown=$(timeout 5 "$@" 2>/dev/null | head -n 1); echo "version $1 \${shown:-unknown}"; }
version containerd --version
version runc --version
version crictl --version
version kubelet --version
version kubeadm version -o short
version kubectl version --client
version docker --version
version etcd --version
for file in /proc/swaps; do sed 1d "$file" 2>/dev/null | while read -r name type size rest; do echo "swap $name $size"; done; done
command -v getenforce >/dev/null && echo "selinux $(getenforce 2>/dev/null)"
echo "time.end $(date +%s.%N)"
`;
