import { wantedModules } from '../steps/host/ensure-kernel-module.ts';
import { usesBuiltInNetwork } from '../network/built-in-network.ts';
import { proxyMode } from '../kubeadm/proxy-mode.ts';
import { gibibytes, minorOf, type Finding, type HostCheck, type HostSubject, type Purpose } from './check.ts';

const mebibyte = 1024 ** 2;

/** As kubeadm (cmd/kubeadm/app/constants): what it asks of hosts of the control plane. */
const leastCpus = 2;
const leastMemoryBytes = 1700 * mebibyte;

/** kubeadm only warns of kernels below 5.4; 4.18 is that of RHEL 8, the oldest of a distribution that is still supported. */
const leastKernel = [4, 18] as const;
/** kube-proxy refuses the mode nftables below (pkg/util/kernel). */
const leastKernelOfNftables = [5, 13] as const;

/** Since 1.35 the kubelet does not start on control groups of version 1 unless failCgroupV1 is false (KEP-5573). */
const lastMinorOfCgroupV1 = 34;

/** Kubelet and kubeadm call the first three, the bridge network ip, the reset the others. */
const requiredPrograms = ['losetup', 'mount', 'umount', 'ip', 'awk', 'find', 'mountpoint', 'tac'];
/** Speaks to the DNS of the cluster from there. */
const requiredOfControlPlane = ['bash'];
export const askedPrograms = [...requiredPrograms, ...requiredOfControlPlane, 'nft', 'iptables'];

const kubeletSetting = ({ cluster }: Purpose, name: string): unknown =>
  (cluster.spec.kubeletConfiguration as Readonly<Record<string, unknown>> | undefined)?.[name];

function kernelOlder(kernel: string, [major, minor]: readonly [number, number]): boolean {
  const [, hostMajor = '0', hostMinor = '0'] = /^(\d+)\.(\d+)/.exec(kernel) ?? [];
  return Number(hostMajor) < major || (Number(hostMajor) === major && Number(hostMinor) < minor);
}

function findKernel({ facts: { kernel } }: HostSubject, { cluster }: Purpose): Finding | undefined {
  if (kernelOlder(kernel, leastKernel)) {
    return { message: `its kernel is ${kernel}`, remedy: `Use a kernel from ${leastKernel.join('.')}.` };
  }
  if (proxyMode(cluster) === 'nftables' && kernelOlder(kernel, leastKernelOfNftables)) {
    return {
      message: `its kernel is ${kernel}, and features.kubeProxyMode is nftables`,
      remedy: `Use a kernel from ${leastKernelOfNftables.join('.')}, or the mode iptables.`,
    };
  }
  return undefined;
}

function findModules({ facts: { modules } }: HostSubject, { cluster }: Purpose): Finding | undefined {
  const absent = wantedModules(cluster)
    .filter((module) => module !== 'br_netfilter' || usesBuiltInNetwork(cluster))
    // The mode iptables works with either kind of tables.
    .filter((module) => module !== 'nf_tables' || proxyMode(cluster) === 'nftables' || modules.ip_tables === 'absent')
    .filter((module) => modules[module] === 'absent');
  return absent.length === 0
    ? undefined
    : {
        message: `its kernel has no ${absent.join(', ')}`,
        remedy: 'Install the modules of the running kernel (e.g. linux-modules-extra), or use a kernel that has them.',
      };
}

function findPrograms({ node, traces: { programs } }: HostSubject): Finding | undefined {
  const required = [...requiredPrograms, ...(node.role === 'ControlPlane' ? requiredOfControlPlane : [])];
  const missing = required.filter((name) => !programs.includes(name));
  const all = programs.includes('nft') || programs.includes('iptables') ? missing : [...missing, 'nft or iptables'];
  return all.length === 0
    ? undefined
    : {
        message: `programs are missing: ${all.join(', ')}`,
        remedy:
          'Install the packages bash, util-linux, iproute2 (iproute), gawk or mawk, findutils, and nftables or iptables.',
      };
}

/** What the host is, whoever has it. */
export const machineChecks: readonly HostCheck[] = [
  {
    name: 'Architecture',
    find: ({ facts }) =>
      facts.architecture === undefined
        ? {
            message: `its architecture is ${facts.machine}`,
            remedy: 'Use a host with amd64 (x86_64) or arm64 (aarch64).',
          }
        : undefined,
  },
  {
    name: 'Systemd',
    find: ({ facts }) =>
      facts.systemd === undefined
        ? { message: 'it does not run systemd', remedy: 'Use a distribution that is started by systemd.' }
        : undefined,
  },
  { name: 'Kernel', find: findKernel },
  {
    name: 'CgroupVersion',
    find: ({ facts }, purpose) =>
      facts.cgroup.version === 2 ||
      minorOf(purpose.version) <= lastMinorOfCgroupV1 ||
      kubeletSetting(purpose, 'failCgroupV1') === false
        ? undefined
        : {
            message: `it has control groups of version ${facts.cgroup.version ?? 'unknown'}, on which the kubelet of ${purpose.version} does not start`,
            remedy:
              'Boot with systemd.unified_cgroup_hierarchy=1, or allow it as long as Kubernetes does: spec.kubeletConfiguration.failCgroupV1: false.',
          },
  },
  {
    name: 'CgroupControllers',
    find: ({ facts }) => {
      const missing = ['cpu', 'cpuset', 'memory', 'pids'].filter((name) => !facts.cgroup.controllers.includes(name));
      return missing.length === 0
        ? undefined
        : {
            message: `control groups have no ${missing.join(', ')}`,
            remedy: 'Turn them on by the command line of the kernel, e.g. cgroup_enable=memory, and reboot.',
          };
    },
  },
  {
    name: 'CPUs',
    find: ({ node, facts: { cpus } }) =>
      node.role === 'ControlPlane' && cpus < leastCpus
        ? { message: `it has ${cpus} CPU`, remedy: `Give hosts of the control plane ${leastCpus} CPUs or more.` }
        : undefined,
  },
  {
    name: 'Memory',
    find: ({ node, facts: { memory } }) =>
      node.role === 'ControlPlane' && memory.totalBytes < leastMemoryBytes
        ? {
            message: `it has ${gibibytes(memory.totalBytes)} of memory`,
            remedy: `Give hosts of the control plane ${leastMemoryBytes / mebibyte} MiB or more.`,
          }
        : undefined,
  },
  { name: 'KernelModules', find: findModules },
  { name: 'Programs', find: findPrograms },
  {
    name: 'SELinux',
    find: ({ facts: { selinux } }) =>
      selinux === 'enforcing'
        ? {
            message: 'SELinux is enforcing, and its policy does not know the programs and pods that come',
            remedy: 'Run "setenforce 0", and set SELINUX=permissive in /etc/selinux/config.',
          }
        : undefined,
  },
  {
    name: 'Firewall',
    find: ({ traces: { firewalls } }) =>
      firewalls.length === 0
        ? undefined
        : {
            message: `${firewalls.join(' and ')} filters packets, and would drop those of pods`,
            remedy: `Turn it off (systemctl disable --now ${firewalls.join(' ')}), or, where its rules let the cluster's packets through, name EnsurePreflight/Firewall in features.skipConditions.`,
          },
  },
  {
    name: 'HostsFile',
    find: ({ traces: { hostsFileManaged } }) =>
      hostsFileManaged
        ? {
            message: 'cloud-init writes /etc/hosts anew at each boot, and the name of the API server would be lost',
            remedy: 'Set manage_etc_hosts: false in /etc/cloud/cloud.cfg.',
          }
        : undefined,
  },
  {
    name: 'EtcdCertificates',
    find: ({ node, traces: { missingFiles } }) =>
      node.role === 'ControlPlane' && missingFiles.length > 0
        ? {
            message: `etcd.external names files that are not there: ${missingFiles.join(', ')}`,
            remedy: 'Put them on each host of the control plane, by hand or by features.files.',
          }
        : undefined,
  },
];
