import { describe, expect, test } from '@jest/globals';

import type { KubeObject } from '@tke/meta';

import { warned } from './testing/asking.ts';
import { aCluster, aMachine, host } from './testing/objects.ts';

describe('a host that something else names', () => {
  const ipv6 = { clusterCIDR: 'fd01::/56', serviceCIDR: 'fd02::/112' };
  const text = (field: string, ip: string, other: string) =>
    `${field}: ${ip} is a host of ${other} too; if it is the same host, only one of them gets it`;

  test.each<[string, KubeObject, KubeObject, readonly string[]]>([
    ['another Cluster', aCluster(), aCluster({}, 'cls-b'), [text('spec.machines[0].ip', '10.0.0.1', 'Cluster cls-b')]],
    ['a Machine', aCluster(), aMachine({ ip: '10.0.0.1' }), [text('spec.machines[0].ip', '10.0.0.1', 'Machine mc-a')]],
    ['another tenant', aCluster(), aCluster({ tenantID: 'other' }, 'cls-b'), []],
    ['a Machine of another tenant', aCluster(), aMachine({ ip: '10.0.0.1', tenantID: 'other' }), []],
    [
      'another spelling',
      aCluster({ ...ipv6, machines: [host('fd00::1')] }),
      aCluster({ ...ipv6, machines: [host('FD00:0::1')] }, 'cls-b'),
      [text('spec.machines[0].ip', 'fd00::1', 'Cluster cls-b')],
    ],
  ])('is a warning for a Cluster: %s', async (_, object, other, warnings) => {
    expect(await warned({ object, stored: [object, other] })).toEqual(warnings);
  });

  test.each<[string, KubeObject, readonly string[]]>([
    [
      'another Cluster',
      aCluster({ machines: [host('10.0.0.9')] }, 'cls-b'),
      [text('spec.ip', '10.0.0.9', 'Cluster cls-b')],
    ],
    [
      'a Machine of another Cluster',
      aMachine({ clusterName: 'cls-b' }, 'mc-b'),
      [text('spec.ip', '10.0.0.9', 'Machine mc-b')],
    ],
    ['a Cluster of another tenant', aCluster({ machines: [host('10.0.0.9')], tenantID: 'other' }, 'cls-b'), []],
  ])('is a warning for a Machine: %s', async (_, other, warnings) => {
    expect(await warned({ object: aMachine(), stored: [aCluster(), aMachine(), other] })).toEqual(warnings);
  });
});
