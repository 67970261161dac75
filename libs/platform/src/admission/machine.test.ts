import { describe, expect, test } from '@jest/globals';

import type { KubeObject } from '@tke/meta';

import { judge, refused, silent, warned } from './testing/asking.ts';
import { aCluster, aMachine, anImport, anImportAddress, host, leaving } from './testing/objects.ts';

describe('a Machine', () => {
  test('joins no imported cluster', async () => {
    const object = aMachine({ clusterName: 'cls-i' });
    expect(await refused({ object, stored: [anImport(anImportAddress())] })).toEqual([
      'spec.clusterName must name a cluster that is built here, and this one is imported',
    ]);
  });

  test.each<[string, string, string, string[]]>([
    [
      'of a master',
      '10.0.0.1',
      '10.0.0.5',
      ['spec.ip must not be the address of a host of the control plane of Cluster cls-a'],
    ],
    ['of another Machine', '10.0.0.5', '10.0.0.5', ['spec.ip must not be the address of Machine mc-b']],
    [
      'of another Machine in another spelling',
      'FD00:0::5',
      'fd00::5',
      ['spec.ip must not be the address of Machine mc-b'],
    ],
    ['of nobody', '10.0.0.6', '10.0.0.5', []],
  ])('has not the address %s', async (_, ip, other, problems) => {
    const stored = [aCluster(), aMachine({ ip: other }, 'mc-b')];
    expect(await refused({ object: aMachine({ ip }), stored })).toEqual(problems);
  });

  test('has not the address of a master in another spelling', async () => {
    const stored = [aCluster({ machines: [host('fd00::1')] })];
    expect(await refused({ object: aMachine({ ip: 'fd00:0:0::1' }), stored })).toHaveLength(1);
  });

  test('waits for one that leaves the host', async () => {
    const stored = [aCluster(), leaving(aMachine({}, 'mc-b'))];
    expect(await warned({ object: aMachine(), stored })).toEqual([
      'spec.ip: Machine mc-b is still being removed from 10.0.0.9; until it is, this one waits',
    ]);
  });

  test('is not kept out by one of another tenant', async () => {
    const stored = [aCluster(), aMachine({ tenantID: 'other' }, 'mc-b')];
    expect(await judge({ object: aMachine(), stored })).toEqual(silent);
  });

  describe('finds room', () => {
    // Four blocks of /28 for nodes, of which the 32 services take two.
    const small = { clusterCIDR: '10.244.0.0/26', properties: { maxNodePodNum: 16, maxClusterServiceNum: 32 } };
    const others = (count: number) =>
      Array.from({ length: count }, (_, i) => aMachine({ ip: `10.0.1.${i}` }, `mc-${i}`));
    const full = (room: number, present: number, cidr = '10.244.0.0/26') =>
      `spec.clusterName must name a cluster with room for another node: ${cidr} has blocks of addresses for ${room}, and there are ${present}`;

    test.each<[string, object, readonly KubeObject[], readonly string[]]>([
      ['beside a master', small, [], []],
      ['not where services have taken it', small, others(1), [full(2, 2)]],
      [
        'where services are elsewhere',
        { ...small, properties: { maxNodePodNum: 16 }, serviceCIDR: '10.96.0.0/16' },
        others(2),
        [],
      ],
      [
        'not where there are as many',
        { ...small, properties: { maxNodePodNum: 16 }, serviceCIDR: '10.96.0.0/16' },
        others(3),
        [full(4, 4)],
      ],
      ['in the place of one that leaves', small, others(1).map(leaving), []],
      ['in a large cluster', {}, others(100), []],
    ])('%s', async (_, change, machines, problems) => {
      expect(await refused({ object: aMachine(), stored: [aCluster(change), ...machines] })).toEqual(problems);
    });

    test('and keeps it', async () => {
      const stored = [aCluster(small), ...others(1), aMachine()];
      expect(await judge({ object: aMachine({ username: 'ubuntu' }), oldObject: aMachine(), stored })).toEqual(silent);
    });
  });
});
