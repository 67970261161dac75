import { describe, expect, test } from '@jest/globals';
import type { Cluster } from '@tke/api-platform';
import fc from 'fast-check';

import { contains, formatCidr, lastOf, overlaps, parseAddress, parseCidr, sizeOf } from './cidr.ts';
import { apiServiceIP, deriveNetwork } from './derive-network.ts';

type Spec = Partial<Cluster['spec']>;

function derive(spec: Spec) {
  return deriveNetwork({ spec: { type: 'Baremetal', ...spec } });
}

describe('deriveNetwork', () => {
  test('what spec leaves out', () => {
    expect(derive({})).toEqual({
      podCidrs: ['10.244.0.0/16'],
      serviceCidrs: ['10.244.255.0/24'],
      nodeMasks: [24],
      dnsIP: '10.244.255.10',
      dnsDomain: 'cluster.local',
      maxPodsPerNode: 256,
    });
    expect(apiServiceIP(derive({}))).toBe('10.244.255.1');
  });

  test.each<[string, Spec, object]>([
    [
      'empty text is as absent',
      { clusterCIDR: '', serviceCIDR: '', dnsDomain: '' },
      { podCidrs: ['10.244.0.0/16'], dnsDomain: 'cluster.local' },
    ],
    ['blocks of services', { serviceCIDR: '10.96.0.0/16' }, { serviceCidrs: ['10.96.0.0/16'], dnsIP: '10.96.0.10' }],
    [
      'unaligned blocks',
      { clusterCIDR: '10.1.2.3/16', serviceCIDR: '10.96.7.7/16' },
      { podCidrs: ['10.1.0.0/16'], serviceCidrs: ['10.96.0.0/16'] },
    ],
    ['number of services', { properties: { maxClusterServiceNum: 1024 } }, { serviceCidrs: ['10.244.252.0/22'] }],
    ['number of pods', { properties: { maxNodePodNum: 16 } }, { nodeMasks: [28], maxPodsPerNode: 16 }],
    ['domain', { dnsDomain: 'lab.example' }, { dnsDomain: 'lab.example' }],
    [
      'IPv6, /112',
      { clusterCIDR: 'fd00:244::/112', serviceCIDR: 'fd00:96::/112' },
      { nodeMasks: [120], dnsIP: 'fd00:96::a' },
    ],
    [
      'IPv6, /64',
      { clusterCIDR: 'fd00:244::/64' },
      { nodeMasks: [80], serviceCidrs: ['fd00:244::ffff:ffff:ffff:ff00/120'] },
    ],
    ['IPv6, /56', { clusterCIDR: 'fd00:244::/56' }, { nodeMasks: [72] }],
    ['IPv6, /118', { clusterCIDR: 'fd00:244::/118', serviceCIDR: 'fd00:96::/112' }, { nodeMasks: [120] }],
    [
      'dual stack',
      { clusterCIDR: '10.244.0.0/16,fd00:244::/56', features: { ipv6DualStack: true } },
      {
        podCidrs: ['10.244.0.0/16', 'fd00:244::/56'],
        serviceCidrs: ['10.244.255.0/24', 'fd00:244:0:ff:ffff:ffff:ffff:ff00/120'],
        nodeMasks: [24, 72],
        dnsIP: '10.244.255.10',
      },
    ],
    [
      'dual stack, IPv6 first',
      { clusterCIDR: 'fd00:244::/56,10.244.0.0/16', serviceCIDR: 'fd00:96::/112,10.96.0.0/16' },
      { nodeMasks: [72, 24], dnsIP: 'fd00:96::a' },
    ],
    [
      'dual stack of pods alone',
      { clusterCIDR: '10.244.0.0/16,fd00:244::/56', serviceCIDR: '10.96.0.0/16' },
      { serviceCidrs: ['10.96.0.0/16'] },
    ],
  ])('%s', (_, spec, expected) => {
    expect(derive(spec)).toMatchObject(expected);
  });

  test.each<[string, Spec, RegExp]>([
    ['no CIDR', { clusterCIDR: '10.244.0.0' }, /clusterCIDR must be one CIDR/],
    ['two of a family', { clusterCIDR: '10.1.0.0/16,10.2.0.0/16' }, /one of each family/],
    ['no room for a node', { clusterCIDR: '10.1.0.0/25' }, /block of one node, \/24/],
    [
      'more nodes than can be counted',
      { clusterCIDR: '10.0.0.0/8', properties: { maxNodePodNum: 128 } },
      /use \/9 or longer/,
    ],
    ['no room for a node, IPv6', { clusterCIDR: 'fd00::/121' }, /block of one node, \/120/],
    [
      'services take the only node',
      { clusterCIDR: '10.1.0.0/24' },
      /must hold 256 services besides the pods of one node/,
    ],
    [
      'services take half of the only node',
      { clusterCIDR: '10.1.0.0/24', properties: { maxClusterServiceNum: 128 } },
      /set serviceCIDR/,
    ],
    [
      'services are more than pods',
      { clusterCIDR: '10.1.0.0/20', properties: { maxClusterServiceNum: 8192 } },
      /8192 services/,
    ],
    ['no tenth service', { serviceCIDR: '10.96.0.0/29' }, /at least 16 addresses/],
    ['too many services', { serviceCIDR: '10.0.0.0/11', clusterCIDR: '192.168.0.0/16' }, /use \/12 or longer/],
    ['too many services, IPv6', { serviceCIDR: 'fd00:96::/64', clusterCIDR: 'fd00:244::/56' }, /use \/108 or longer/],
    [
      'services of another family than the API servers',
      { clusterCIDR: 'fd00:244::/56', machines: [{ ip: '10.0.0.11', port: 22, username: 'root' }] },
      /family of the first block of services, fd00:.*: 10.0.0.11 has not/,
    ],
    ['services among pods', { serviceCIDR: '10.244.8.0/24' }, /must not overlap clusterCIDR 10.244.0.0\/16/],
  ])('refuses: %s', (_, spec, message) => {
    expect(() => derive(spec)).toThrow(
      expect.objectContaining({
        code: 'ClusterNetworkInvalid',
        class: 'NeedsUser',
        message: expect.stringMatching(message),
      }),
    );
  });

  const pods = fc.constantFrom(16, 32, 64, 128, 256);
  const services = fc.constantFrom(32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
  const cidrs = fc.oneof(
    fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 4, max: 32 })).map(([address, prefix]) => {
      const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
      return `${bytes.join('.')}/${prefix}`;
    }),
    fc.integer({ min: 16, max: 128 }).map((prefix) => `fd00:244::/${prefix}`),
  );

  test('what is derived always leaves a node its block, and services a place of their own', () => {
    fc.assert(
      fc.property(cidrs, pods, services, (clusterCIDR, maxNodePodNum, maxClusterServiceNum) => {
        const spec = { clusterCIDR, properties: { maxNodePodNum, maxClusterServiceNum } };
        let network;
        try {
          network = derive(spec);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ClusterNetworkInvalid' });
          return;
        }
        const [all] = network.podCidrs.map(parseCidr);
        const [taken] = network.serviceCidrs.map(parseCidr);
        const firstNode = parseCidr(`${network.podCidrs[0].split('/')[0]}/${network.nodeMasks[0]}`);
        expect(sizeOf(firstNode)).toBeGreaterThanOrEqual(BigInt(maxNodePodNum));
        expect(network.nodeMasks[0]! - all!.prefix).toBeLessThanOrEqual(16);
        expect(sizeOf(taken!)).toBeGreaterThanOrEqual(BigInt(maxClusterServiceNum));
        expect(overlaps(firstNode, taken!)).toBe(false);
        expect(lastOf(taken!)).toBe(lastOf(all!));
        expect(contains(taken!, parseAddress(network.dnsIP))).toBe(true);
        expect(derive(spec)).toEqual(network);
        expect(formatCidr(all!)).toBe(network.podCidrs[0]);
      }),
    );
  });
});
