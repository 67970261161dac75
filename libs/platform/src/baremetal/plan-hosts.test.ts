import { expect, test } from '@jest/globals';

import type { Cluster, Leftover } from '@tke/api-platform';

import { withLeftovers } from '../objects/leftovers.ts';
import { networkStatus } from './network-status.ts';
import { planHosts } from './plan-hosts.ts';
import { unsupportedChange } from './unsupported-changes.ts';
import { versionToBuild } from '../build/version.ts';

function aCluster(ips: readonly string[], status: Cluster['status'] = {}, version?: string): Cluster {
  const machines = ips.map((ip) => ({ ip, password: 'eA==' }));
  const spec = { type: 'Baremetal' as const, machines, ...(version !== undefined && { version }) };
  return {
    apiVersion: 'platform.tkestack.io/v1',
    kind: 'Cluster',
    metadata: { name: 'cls-x', uid: 'uid-x' },
    spec,
    status,
  };
}

const plan = (completed: number) => ({ operation: 'Create' as const, completed, total: 9, step: 'EnsureB' });
const change = (ips: readonly string[], status: NonNullable<Cluster['status']>) => planHosts(aCluster(ips), status);

test('hosts of spec come into status, and keep what is known of them', () => {
  const hosts = [{ ip: 'b', hostKeys: ['SHA256:x'] }];
  expect(change(['a', 'b'], { hosts })).toEqual({ hosts: [{ ip: 'a' }, { ip: 'b', hostKeys: ['SHA256:x'] }] });
});

test('a plan that has gone past its first step begins anew with a new host, and with a new host only', () => {
  const hosts = [{ ip: 'a' }];
  expect(change(['a', 'b'], { hosts, plan: plan(1), step: '2/9' })).toMatchObject({ plan: undefined, step: undefined });
  expect(change(['a', 'b'], { hosts, plan: plan(1), step: '2/9' })).toHaveProperty('plan');
  expect(change(['a', 'b'], { hosts, plan: plan(0), step: '1/9' })).not.toHaveProperty('plan');
  expect(change(['a'], { hosts, plan: plan(5), step: '6/9' })).not.toHaveProperty('plan');
});

test('a host that left spec is told about, once', () => {
  const first = change(['a'], { hosts: [{ ip: 'a' }, { ip: 'gone', facts: {} }] });
  const remedy = expect.stringMatching(/"mark".* says owner=uid-x, run .*Otherwise leave the host alone/);
  expect(first.leftBehind).toEqual([expect.objectContaining({ host: 'gone', remedy })]);
  expect(change(['a'], { hosts: [{ ip: 'a' }] })).not.toHaveProperty('leftBehind');
});

test('of a host that left spec without ever having been logged in to nothing is left', () => {
  const hosts = [{ ip: 'a' }, { ip: 'mistyped', hostKeys: ['SHA256:x'] }];
  expect(change(['a'], { hosts })).toEqual({ hosts: [{ ip: 'a' }] });
});

test('leftovers keep to the bounds of the API', () => {
  const many = Array.from({ length: 70 }, (_, i): Leftover => ({ host: `h${i}`, what: 'x'.repeat(2000), remedy: 'y' }));
  const kept = many.reduce<ReturnType<typeof withLeftovers>>((list, each) => withLeftovers(list, [each]), []);
  expect(kept).toHaveLength(64);
  expect(kept.at(-1)).toMatchObject({ host: 'h69', what: 'x'.repeat(1024) });
  expect(withLeftovers(kept, [many[69]!])).toHaveLength(64);
});

test('the version is that of spec, else the newest, and stays once the plan has begun', () => {
  const newest = versionToBuild(aCluster(['a']));
  expect(newest).toMatch(/^1\.\d+\.\d+$/);
  expect(versionToBuild(aCluster(['a'], {}, '1.34.4'))).toBe('1.34.4');
  expect(versionToBuild(aCluster(['a'], {}, ''))).toBe(newest);
  expect(versionToBuild(aCluster(['a'], { builtVersion: '1.30.0', plan: plan(0) }))).toBe(newest);
  expect(versionToBuild(aCluster(['a'], { builtVersion: '1.30.0', plan: plan(1) }))).toBe('1.30.0');
  expect(versionToBuild(aCluster(['a'], { builtVersion: '1.30.0', plan: plan(1) }, '1.34.4'))).toBe('1.30.0');
});

test('what cannot be done to a built cluster is named', () => {
  const status = { hosts: [{ ip: 'a' }, { ip: 'b' }], builtVersion: '1.34.4' };
  expect(unsupportedChange(aCluster(['b', 'a'], status, '1.34.4'))).toBeUndefined();
  expect(unsupportedChange(aCluster(['a', 'c'], status))?.message).toMatch(/would add c and would remove b/);
  expect(unsupportedChange(aCluster(['a', 'b'], status, '1.35.4'))?.code).toBe('UpgradeNotSupported');
});

test('the network is told in the fields of one family, or of both', () => {
  const rest = { dnsDomain: 'cluster.local', maxPodsPerNode: 256 };
  const one = networkStatus({
    ...{ podCidrs: ['10.244.0.0/16'], serviceCidrs: ['10.244.255.0/24'], nodeMasks: [24], dnsIP: '10.244.255.10' },
    ...rest,
  });
  expect(one).toMatchObject({ clusterCIDR: '10.244.0.0/16', serviceCIDR: '10.244.255.0/24', nodeCIDRMaskSize: 24 });
  expect(one.secondaryClusterCIDR).toBeUndefined();
  const both = networkStatus({
    ...{ podCidrs: ['fd00::/48', '10.244.0.0/16'], serviceCidrs: ['fd01::/112', '10.96.0.0/16'] },
    ...{ nodeMasks: [64, 24], dnsIP: 'fd01::a', ...rest },
  });
  expect(both).toEqual({
    clusterCIDR: 'fd00::/48',
    secondaryClusterCIDR: '10.244.0.0/16',
    serviceCIDR: 'fd01::/112',
    secondaryServiceCIDR: '10.96.0.0/16',
    dnsIP: 'fd01::a',
    nodeCIDRMaskSizeIPv4: 24,
    nodeCIDRMaskSizeIPv6: 64,
  });
});
