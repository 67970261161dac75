import { expect, test } from '@jest/globals';

import type { HostFacts } from '@tke/host';

import { isNews, recordedFacts } from './recorded-facts.ts';

const facts: HostFacts = {
  os: { id: 'debian', versionId: '12', name: 'Debian GNU/Linux 12', like: [] },
  hostname: 'one',
  architecture: 'amd64',
  machine: 'x86_64',
  kernel: '6.1.0',
  machineId: 'm',
  productUuid: 'p',
  bootId: 'b',
  cgroup: { version: 2, controllers: [] },
  cpus: 4,
  memory: { totalBytes: 8 * 1024 ** 3, availableBytes: 0 },
  swap: { totalBytes: 0, devices: [] },
  disks: [{ path: '/var/lib', mount: '/', type: 'ext4', totalBytes: 1, freeBytes: 4096, freeInodes: 1 }],
  addresses: [],
  defaultRoutes: [],
  clock: { aheadMs: -12, uncertaintyMs: 3 },
  installed: { containerd: '2.4.2' },
  modules: {},
  sysctls: {},
  systemd: { version: 252 },
  container: undefined,
  selinux: undefined,
};

test('facts are told as the API has them', () => {
  expect(recordedFacts(facts)).toEqual({
    os: 'debian 12',
    architecture: 'amd64',
    kernel: '6.1.0',
    cgroupVersion: 2,
    cpus: 4,
    memory: '8388608Ki',
    diskFree: '4Ki',
    clockOffsetMilliseconds: -12,
    installed: { containerd: '2.4.2' },
  });
});

test('a host that says too much, or too little, still fits', () => {
  const installed = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`program-${i}`, 'v'.repeat(1000)]));
  const odd = { ...facts, architecture: undefined, kernel: 'k'.repeat(9999), installed, disks: [] };
  const recorded = recordedFacts({ ...odd, cgroup: { version: undefined, controllers: [] } });
  expect(Object.keys(recorded.installed ?? {})).toHaveLength(32);
  expect(recorded.kernel).toHaveLength(255);
  expect(recorded).not.toHaveProperty('diskFree');
  expect(recorded.architecture).toBe('x86_64');
});

test('what changes with each look is no news', () => {
  const before = recordedFacts(facts);
  expect(isNews(undefined, before)).toBe(true);
  expect(isNews(before, { ...before, diskFree: '1Ki', clockOffsetMilliseconds: 7 })).toBe(false);
  expect(isNews(before, { ...before, kernel: '6.2.0' })).toBe(true);
});
