import type { Cluster } from '@tke/api-platform';
import type { HostFacts } from '@tke/host';

import type { NodeRole } from '../../build/scope.ts';
import { clusterInput, nodeSpec } from '../../kubeadm/testing/inputs.ts';
import type { HostSubject, Purpose } from '../check.ts';
import { askedPrograms } from '../machine-checks.ts';
import type { HostTraces } from '../traces.ts';

const gibibyte = 1024 ** 3;

/** Of a host that is fit for everything. */
export function goodFacts(ip = '10.0.0.11', change: Partial<HostFacts> = {}): HostFacts {
  return {
    os: { id: 'debian', versionId: '12', name: 'Debian 12', like: [] },
    hostname: `host-${ip.split('.').at(-1) ?? ''}`,
    architecture: 'amd64',
    machine: 'x86_64',
    kernel: '6.1.0-18-amd64',
    machineId: `machine-${ip}`,
    productUuid: `product-${ip}`,
    bootId: `boot-${ip}`,
    cgroup: { version: 2, controllers: ['cpu', 'cpuset', 'io', 'memory', 'pids'] },
    cpus: 2,
    memory: { totalBytes: 2 * gibibyte, availableBytes: gibibyte },
    swap: { totalBytes: 0, devices: [] },
    disks: ['/', '/var/lib', '/etc'].map((path) => ({
      path,
      mount: '/',
      type: 'ext4',
      totalBytes: 40 * gibibyte,
      freeBytes: 20 * gibibyte,
      freeInodes: 1_000_000,
    })),
    addresses: [
      { interface: 'eth0', address: ip, prefixLength: 24, family: 4 },
      { interface: 'eth0', address: 'fd00:0:0::11', prefixLength: 64, family: 6 },
    ],
    defaultRoutes: [
      { family: 4, interface: 'eth0', gateway: '10.0.0.1' },
      { family: 6, interface: 'eth0', gateway: 'fe80::1' },
    ],
    clock: { aheadMs: 0, uncertaintyMs: 10 },
    installed: {},
    modules: {
      overlay: 'present',
      br_netfilter: 'loadable',
      nf_conntrack: 'present',
      nf_tables: 'loadable',
      ip_tables: 'loadable',
      ...Object.fromEntries(['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh'].map((name) => [name, 'loadable'] as const)),
    },
    sysctls: {},
    systemd: { version: 252 },
    container: undefined,
    selinux: undefined,
    ...change,
  };
}

export const noTraces: HostTraces = {
  mark: undefined,
  existing: [],
  missingFiles: [],
  programs: askedPrograms,
  processes: [],
  ports: [22],
  routes: ['10.0.0.0/24', 'fe80::/64'],
  firewalls: [],
  hostsFileManaged: false,
};

export interface HostChange {
  readonly ip?: string;
  readonly role?: NodeRole;
  readonly facts?: Partial<HostFacts>;
  readonly traces?: Partial<HostTraces>;
}

export function subject({ ip = '10.0.0.11', role = 'ControlPlane', facts, traces }: HostChange = {}): HostSubject {
  return { node: nodeSpec({ ip, role }), facts: goodFacts(ip, facts), traces: { ...noTraces, ...traces } };
}

export const ownMark = { cluster: 'uid-c', owner: 'uid-c' };

export function purposeOf(spec: Partial<Cluster['spec']> = {}, version = '1.36.3'): Purpose {
  const { cluster, network } = clusterInput(spec);
  return { cluster, network, version, mark: ownMark };
}
