import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, hostname, release, totalmem } from 'node:os';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { SshLab } from '../testing/hosts.ts';

let lab: SshLab;
beforeAll(async () => (lab = await SshLab.start()) as never);
afterAll(() => lab.stop());

test('the facts of a host are true, and take one session', async () => {
  const host = lab.host(await lab.self());
  const facts = await host.facts({ sudo: false, paths: ['/', '/no/such/folder', lab.folder] });
  // The host is this machine.
  expect(facts).toMatchObject({
    hostname: hostname(),
    kernel: release(),
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  });
  expect(readFileSync('/etc/os-release', 'utf8')).toContain(facts.os.name);
  expect(facts.cpus).toBeGreaterThanOrEqual(Math.min(availableParallelism(), 1));
  expect(Math.abs(facts.memory.totalBytes - totalmem())).toBeLessThan(1024 * 1024);
  expect(facts.memory.availableBytes).toBeGreaterThan(0);
  expect(facts.disks.map(({ path }) => path)).toEqual(['/', '/no/such/folder', lab.folder]);
  expect(facts.disks.every(({ totalBytes, freeBytes }) => totalBytes > freeBytes && freeBytes > 0)).toBe(true);
  expect([1, 2]).toContain(facts.cgroup.version);
  expect(facts.cgroup.controllers).toContain('memory');
  expect(facts.modules).toMatchObject({ overlay: 'present', nf_conntrack: 'present' });
  // Also where it is built in, and then has no folder in /sys/module.
  expect(facts.modules.br_netfilter === 'present').toBe(existsSync('/proc/sys/net/bridge'));
  expect(facts.sysctls['net.ipv4.ip_forward']).toMatch(/^[01]$/);
  // One clock, read twice: the difference lies within what is claimed.
  expect(Math.abs(facts.clock.aheadMs)).toBeLessThanOrEqual(facts.clock.uncertaintyMs + 1);
  expect(lab.pool.stats().opened).toBe(1);
});
