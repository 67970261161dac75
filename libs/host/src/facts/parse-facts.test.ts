import { describe, expect, test } from '@jest/globals';

import { parseFacts } from './parse-facts.ts';

const asked = { beganMs: 1_000_000, endedMs: 1_000_200 };

const output = `
time.begin 1005.100000000
os.ID "rocky"
os.ID_LIKE "rhel centos fedora"
os.VERSION_ID "9.4"
os.PRETTY_NAME "Rocky Linux 9.4 (Blue Onyx)"
kernel 5.14.0-427.el9.aarch64
machine aarch64
hostname node-1
boot 0b0f
product-uuid 4C4C4544-0001
systemd 252
cgroup cgroup2fs
controller cpu
controller memory
controller cpu
container none
cpus 4
memory.MemTotal 16000
memory.MemAvailable 8000
memory.SwapTotal 1000
disk /var/lib|/var|xfs|1000|400
inodes /var/lib|4242
disk /boot|/boot|btrfs|10|5
inodes /boot|-
address eth0 10.0.0.5/24
address eth0 2001:db8::5/64
route default via 10.0.0.1 dev eth0 proto dhcp src 10.0.0.5 metric 100
route default via fe80::1 dev eth0 proto ra metric 1024 pref medium
module br_netfilter loadable
module overlay present
sysctl net.ipv4.ip_forward 1
version containerd containerd github.com/containerd/containerd v1.7.20 8fc6bcff51318944179630522a095cc9dbf9f353
version runc runc version 1.1.14
version kubelet Kubernetes v1.36.3
version kubeadm v1.36.3
version crictl crictl version v1.36.0
version docker Docker version 20.10.24+dfsg1, build 297e128
version etcd unknown
swap /dev/zram0 1000
selinux Enforcing
time.end 1005.200000000
`;

describe('facts', () => {
  test('of a host are read from what its script prints', () => {
    expect(parseFacts(output, asked)).toEqual({
      os: { id: 'rocky', versionId: '9.4', name: 'Rocky Linux 9.4 (Blue Onyx)', like: ['rhel', 'centos', 'fedora'] },
      hostname: 'node-1',
      architecture: 'arm64',
      machine: 'aarch64',
      kernel: '5.14.0-427.el9.aarch64',
      machineId: '',
      productUuid: '4c4c4544-0001',
      bootId: '0b0f',
      cgroup: { version: 2, controllers: ['cpu', 'memory'] },
      cpus: 4,
      memory: { totalBytes: 16_384_000, availableBytes: 8_192_000 },
      swap: { totalBytes: 1_024_000, devices: ['/dev/zram0'] },
      disks: [
        { path: '/var/lib', mount: '/var', type: 'xfs', totalBytes: 1_024_000, freeBytes: 409_600, freeInodes: 4242 },
        { path: '/boot', mount: '/boot', type: 'btrfs', totalBytes: 10_240, freeBytes: 5120, freeInodes: undefined },
      ],
      addresses: [
        { interface: 'eth0', address: '10.0.0.5', prefixLength: 24, family: 4 },
        { interface: 'eth0', address: '2001:db8::5', prefixLength: 64, family: 6 },
      ],
      defaultRoutes: [
        { family: 4, interface: 'eth0', gateway: '10.0.0.1' },
        { family: 6, interface: 'eth0', gateway: 'fe80::1' },
      ],
      clock: { aheadMs: 5050, uncertaintyMs: 50 },
      installed: {
        containerd: '1.7.20',
        runc: '1.1.14',
        kubelet: '1.36.3',
        kubeadm: '1.36.3',
        crictl: '1.36.0',
        docker: '20.10.24+dfsg1',
        etcd: 'unknown',
      },
      modules: { br_netfilter: 'loadable', overlay: 'present' },
      sysctls: { 'net.ipv4.ip_forward': '1' },
      systemd: { version: 252 },
      container: undefined,
      selinux: 'enforcing',
    });
  });

  test('that are missing or nonsense are empty, zero or undefined, never an exception', () => {
    const facts = parseFacts(
      'machine riscv64\ncgroup tmpfs\ncpus many\naddress\nroute\ndisk\ntime.begin x\n\0\n',
      asked,
    );
    expect(facts).toMatchObject({
      architecture: undefined,
      machine: 'riscv64',
      cgroup: { version: 1, controllers: [] },
      cpus: 0,
      addresses: [],
      defaultRoutes: [],
      systemd: undefined,
    });
  });

  test('are bounded, whatever a host prints', () => {
    const facts = parseFacts('controller x\naddress e 10.0.0.1/8\n'.repeat(1_000_000), asked);
    expect(facts.addresses.length).toBeLessThanOrEqual(2000);
  });
});
