import type { Cluster } from '@tke/api-platform';
import { describe, expect, test } from '@jest/globals';

import { findProblems } from './find-problems.ts';
import { goodFacts, noTraces, ownMark, purposeOf, subject, type HostChange } from './testing/hosts.ts';

type Spec = Partial<Cluster['spec']>;

const mebibyte = 1024 ** 2;

function found(host: HostChange, spec: Spec = {}, version?: string): readonly string[] {
  const problems = findProblems([subject(host)], [], purposeOf(spec, version));
  expect(problems.every(({ message, remedy }) => message !== '' && remedy.endsWith('.'))).toBe(true);
  return problems.map(({ check, message }) => `${check}: ${message}`);
}

function disks(changed: string, freeBytes: number) {
  return goodFacts().disks.map((disk) => (disk.path === changed ? { ...disk, freeBytes } : disk));
}

const { modules } = goodFacts();
const v1 = { version: 1, controllers: ['cpu', 'cpuacct', 'cpuset', 'devices', 'freezer', 'memory', 'pids'] } as const;

describe('a host that is fit', () => {
  test.each<[string, HostChange, Spec]>([
    ['for everything', {}, {}],
    [
      'as a worker, with one CPU and little memory',
      { role: 'Worker', facts: { cpus: 1, memory: { totalBytes: 1, availableBytes: 1 } } },
      {},
    ],
    ['with the memory kubeadm asks for', { facts: { memory: { totalBytes: 1700 * mebibyte, availableBytes: 1 } } }, {}],
    [
      'with control groups of version 1 that are allowed',
      { facts: { cgroup: v1 } },
      { kubeletConfiguration: { failCgroupV1: false } },
    ],
    ['with the old tables of iptables only', { facts: { modules: { ...modules, nf_tables: 'absent' } } }, {}],
    [
      'without br_netfilter, for another network',
      { facts: { modules: { ...modules, br_netfilter: 'absent' } } },
      { features: { skipConditions: ['EnsureGalaxy'] } },
    ],
    ['with nft and no iptables', { traces: { programs: noTraces.programs.filter((name) => name !== 'iptables') } }, {}],
    ['with its address written otherwise', { ip: 'fd00::11' }, {}],
    [
      'with ports taken that only the control plane needs',
      { role: 'Worker', traces: { ports: [6443, 2379, 10257] } },
      {},
    ],
    [
      'with the ports of etcd taken, where etcd is elsewhere',
      { traces: { ports: [2379, 2380] } },
      { etcd: { external: { endpoints: ['https://x:2379'], caFile: '/a', certFile: '/b', keyFile: '/c' } } },
    ],
    ['with the network device that spec names', {}, { networkDevice: 'eth0' }],
    ['with SELinux permissive', { facts: { selinux: 'permissive' } }, {}],
    ['with kubectl and runc of its own', { facts: { installed: { kubectl: '1.30.0', runc: '1.1.0' } } }, {}],
  ])('%s', (_what, host, spec) => {
    expect(found(host, spec)).toEqual([]);
  });

  test('with control groups of version 1, for a kubelet that still runs there', () => {
    expect(found({ facts: { cgroup: v1 } }, {}, '1.34.4')).toEqual([]);
  });
});

describe('a host that is not fit', () => {
  test.each<[string, HostChange, Spec, string]>([
    ['Architecture', { facts: { architecture: undefined, machine: 'riscv64' } }, {}, 'its architecture is riscv64'],
    ['Systemd', { facts: { systemd: undefined } }, {}, 'it does not run systemd'],
    ['Kernel', { facts: { kernel: '3.10.0-1160.el7' } }, {}, 'its kernel is 3.10.0-1160.el7'],
    [
      'Kernel',
      { facts: { kernel: '5.10.0' } },
      { features: { kubeProxyMode: 'nftables' } },
      'its kernel is 5.10.0, and features.kubeProxyMode is nftables',
    ],
    [
      'CgroupVersion',
      { facts: { cgroup: v1 } },
      {},
      'it has control groups of version 1, on which the kubelet of 1.36.3 does not start',
    ],
    [
      'CgroupControllers',
      { facts: { cgroup: { version: 2, controllers: ['cpu', 'cpuset', 'pids'] } } },
      {},
      'control groups have no memory',
    ],
    ['CPUs', { facts: { cpus: 1 } }, {}, 'it has 1 CPU'],
    [
      'Memory',
      { facts: { memory: { totalBytes: 1700 * mebibyte - 1, availableBytes: 1 } } },
      {},
      'it has 1.7 GiB of memory',
    ],
    [
      'KernelModules',
      { facts: { modules: { ...modules, overlay: 'absent', br_netfilter: 'absent' } } },
      {},
      'its kernel has no overlay, br_netfilter',
    ],
    [
      'KernelModules',
      { facts: { modules: { ...modules, ip_vs: 'absent' } } },
      { features: { ipvs: true }, serviceCIDR: '10.96.0.0/16' },
      'its kernel has no ip_vs',
    ],
    [
      'KernelModules',
      { facts: { modules: { ...modules, nf_tables: 'absent' } } },
      { kubeProxyConfiguration: { mode: 'nftables' } },
      'its kernel has no nf_tables',
    ],
    [
      'Programs',
      { traces: { programs: ['mount', 'umount', 'ip', 'awk', 'find', 'mountpoint', 'tac'] } },
      {},
      'programs are missing: losetup, bash, nft or iptables',
    ],
    [
      'SELinux',
      { facts: { selinux: 'enforcing' } },
      {},
      'SELinux is enforcing, and its policy does not know the programs and pods that come',
    ],
    [
      'Firewall',
      { traces: { firewalls: ['firewalld'] } },
      {},
      'firewalld filters packets, and would drop those of pods',
    ],
    [
      'HostsFile',
      { traces: { hostsFileManaged: true } },
      {},
      'cloud-init writes /etc/hosts anew at each boot, and the name of the API server would be lost',
    ],
    [
      'EtcdCertificates',
      { traces: { missingFiles: ['/pki/ca.crt'] } },
      {},
      'etcd.external names files that are not there: /pki/ca.crt',
    ],
    [
      'NodeAddress',
      { ip: '203.0.113.7', facts: goodFacts('10.0.0.11') },
      {},
      'no network device of it has the address 203.0.113.7, only 10.0.0.11, fd00:0:0::11',
    ],
    [
      'NetworkDevice',
      {},
      { networkDevice: 'ens3' },
      'spec.networkDevice is ens3, and its devices with an address are eth0',
    ],
    [
      'DefaultRoute',
      { facts: { defaultRoutes: [] } },
      {},
      'it has no default route for IPv4, so nothing on it could reach a service',
    ],
    [
      'AddressOverlap',
      { traces: { routes: ['10.244.128.0/17', '10.1.2.3'] } },
      {},
      'it reaches networks otherwise that overlap with the blocks of pods or services: 10.244.128.0/17',
    ],
    [
      'IPv6',
      { facts: { sysctls: { 'net.ipv6.conf.all.disable_ipv6': '1' } } },
      {
        clusterCIDR: '10.244.0.0/16,fd00:244::/48',
        serviceCIDR: '10.96.0.0/16,fd00:96::/112',
        features: { ipv6DualStack: true },
      },
      'IPv6 is turned off, and pods shall have it',
    ],
    [
      'ContainerRuntime',
      { traces: { processes: ['dockerd', 'containerd'] } },
      {},
      'it has a container runtime already: containerd, dockerd',
    ],
    [
      'ContainerRuntime',
      { facts: { installed: { containerd: '1.7.20' } } },
      {},
      'it has a container runtime already: containerd 1.7.20',
    ],
    [
      'Kubernetes',
      { facts: { installed: { kubelet: '1.30.1' } }, traces: { processes: ['k3s-server'] } },
      {},
      'there is Kubernetes on it already: k3s-server runs, kubelet 1.30.1 is installed',
    ],
    [
      'Files',
      { traces: { existing: ['/etc/kubernetes/admin.conf', '/var/lib/etcd/member/wal/0.wal'] } },
      {},
      'files are in the way: /etc/kubernetes/admin.conf, /var/lib/etcd/member/wal/0.wal',
    ],
    ['Ports', { traces: { ports: [22, 10250, 2380] } }, {}, 'something listens on the ports 2380, 10250 already'],
    ['DiskSpace', { facts: { disks: disks('/var/lib', 1024 ** 3) } }, {}, '/var/lib (on /) has 1.0 GiB free'],
    [
      'Owner',
      { traces: { mark: { cluster: 'uid-c', owner: 'uid-m' } } },
      {},
      'it still is what the object with the UID uid-m has made of it, for the cluster with the UID uid-c',
    ],
  ])('%s', (check, host, spec, message) => {
    expect(found(host, spec)).toContain(`${check}: ${message}`);
  });

  test('tells everything at once, of each host', () => {
    const broken = { facts: { cpus: 1, systemd: undefined }, traces: { ports: [10250] } };
    const hosts = [subject(broken), subject({ ip: '10.0.0.12', ...broken, role: 'Worker' })];
    expect(findProblems(hosts, [], purposeOf()).map(({ host, check }) => `${host} ${check}`)).toEqual([
      '10.0.0.11 Systemd',
      '10.0.0.11 CPUs',
      '10.0.0.11 Ports',
      '10.0.0.12 Systemd',
      '10.0.0.12 Ports',
    ]);
  });

  test('is let through where its user says that a check is wrong, and only that check', () => {
    const host = { facts: { selinux: 'enforcing', cpus: 1 } };
    expect(found(host, { features: { skipConditions: ['EnsurePreflight/SELinux', 'SELinux'] } })).toEqual([
      'CPUs: it has 1 CPU',
    ]);
  });
});

test('a host with what a reset would remove is not taken, whatever its user says', () => {
  const host = { traces: { existing: ['/etc/kubernetes/admin.conf'] } };
  const skipConditions = ['Files', 'Kubernetes', 'ContainerRuntime', 'Owner'].map((name) => `EnsurePreflight/${name}`);
  expect(found(host, { features: { skipConditions } }).join()).toContain('/etc/kubernetes/admin.conf');
});

describe('a host that this plan has prepared before', () => {
  const traces = {
    mark: ownMark,
    existing: ['/etc/kubernetes/admin.conf'],
    processes: ['containerd', 'kubelet'],
    ports: [6443, 10250],
    routes: ['10.244.1.0/24'],
  };
  const facts = { installed: { kubelet: '1.36.3', containerd: '2.4.2' }, disks: disks('/var/lib', 1024 ** 3) };

  test('is fit with all it has by then', () => {
    expect(found({ facts, traces })).toEqual([]);
  });

  test('is still asked whether it is fit at all', () => {
    expect(found({ facts: { ...facts, cpus: 1 }, traces })).toEqual(['CPUs: it has 1 CPU']);
  });

  test('is not fit for another Machine or Cluster, and says whose it is instead of what is on it', () => {
    expect(found({ facts, traces: { ...traces, mark: { ...ownMark, cluster: 'uid-d' } } })).toEqual([
      'Owner: it still is what the object with the UID uid-c has made of it, for the cluster with the UID uid-d',
    ]);
  });
});

describe('hosts that do not go together', () => {
  const problems = (hosts: readonly HostChange[], others: readonly HostChange[] = [], spec: Spec = {}) =>
    findProblems(
      hosts.map(subject),
      others.map(subject).map(({ node, facts }) => ({ ip: node.ip, facts })),
      purposeOf(spec),
    ).map(({ host, check, message }) => `${host} ${check}: ${message}`);

  test('have clocks that differ by more than five seconds, whatever the measurement leaves open', () => {
    const clock = (aheadMs: number, uncertaintyMs = 10) => ({ clock: { aheadMs, uncertaintyMs } });
    const hosts = [
      { ip: '10.0.0.11', facts: clock(60_000) },
      { ip: '10.0.0.12', facts: clock(65_000) },
      { ip: '10.0.0.13', facts: clock(66_500) },
      { ip: '10.0.0.14', facts: clock(66_500, 2000) },
      { ip: '10.0.0.15', facts: clock(50_000) },
    ];
    expect(problems(hosts)).toEqual([
      '10.0.0.13 Clock: its clock is 6.5 s ahead of that of 10.0.0.11',
      '10.0.0.15 Clock: its clock is 10.0 s behind that of 10.0.0.11',
    ]);
    expect(problems([{ ip: '10.0.0.15', facts: clock(50_000) }], [{ ip: '10.0.0.11', facts: clock(60_000) }])).toEqual([
      '10.0.0.15 Clock: its clock is 10.0 s behind that of 10.0.0.11',
    ]);
  });

  test('are clones of each other, unless they are containers of one machine', () => {
    const facts = { machineId: 'm', productUuid: 'p' };
    expect(problems([{ facts }, { ip: '10.0.0.12', facts }])).toEqual([
      '10.0.0.12 MachineId: it shares the machine id (/etc/machine-id) with 10.0.0.11',
      '10.0.0.12 ProductUuid: it shares the UUID of the machine (/sys/class/dmi/id/product_uuid) with 10.0.0.11',
    ]);
    const container = { productUuid: 'p', container: 'docker' };
    expect(problems([{ facts: container }, { ip: '10.0.0.12', facts: container }])).toEqual([]);
    const unknown = { machineId: '', productUuid: '' };
    expect(problems([{ facts: unknown }, { ip: '10.0.0.12', facts: unknown }])).toEqual([]);
  });

  test('have one name, where nodes are named after it', () => {
    const facts = { hostname: 'localhost' };
    const hosts = [{ facts }, { ip: '10.0.0.12', facts }];
    expect(problems(hosts)).toEqual([]);
    expect(problems(hosts, [], { hostnameAsNodename: true })).toEqual([
      '10.0.0.12 Hostname: it shares the host name localhost with 10.0.0.11',
    ]);
  });
});

test('what is not built is said, with what to use instead', () => {
  const problems = findProblems([subject()], [], purposeOf({ features: { ha: { tke: { vip: '10.0.0.100' } } } }));
  expect(problems.map(({ host, check }) => [host, check])).toEqual([['', 'HighAvailability']]);
  expect(problems[0]?.remedy).toContain('features.ha.thirdParty');
  const thirdParty = { vip: '10.0.0.100', vport: 6443 };
  expect(findProblems([subject()], [], purposeOf({ features: { ha: { thirdParty } } }))).toEqual([]);
});
