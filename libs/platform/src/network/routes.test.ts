import { describe, expect, test } from '@jest/globals';

import type { Node } from '../steps/node/node.ts';
import { routesFile, routesFrom } from './routes.ts';

function node(machineIP: string, podCIDRs: string[] | undefined, addresses: string[]): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `n-${machineIP}`, labels: { 'platform.tkestack.io/machine-ip': machineIP } },
    spec: podCIDRs === undefined ? {} : { podCIDRs },
    status: {
      addresses: [{ type: 'Hostname', address: 'n' }, ...addresses.map((address) => ({ type: 'InternalIP', address }))],
    },
  };
}

describe('routesFrom', () => {
  const nodes = [
    node('10.0.0.13', ['10.244.2.0/24', 'fd00:244:0:2::/64'], ['10.0.0.13', 'fd00::13']),
    node('10.0.0.12', ['10.244.1.0/24', 'FD00:244:0:1:0::/64'], ['10.0.0.12', 'fd00::12']),
    node('10.0.0.11', ['10.244.0.0/24', 'fd00:244::/64'], ['10.0.0.11', 'fd00::11']),
  ];

  test('lead to all others by the address of the family of the block, always in the same order', () => {
    const expected = [
      { block: '10.244.1.0/24', via: '10.0.0.12' },
      { block: '10.244.2.0/24', via: '10.0.0.13' },
      { block: 'fd00:244:0:1::/64', via: 'fd00::12' },
      { block: 'fd00:244:0:2::/64', via: 'fd00::13' },
    ];
    expect(routesFrom('10.0.0.11', nodes)).toEqual(expected);
    expect(routesFrom('10.0.0.11', nodes.toReversed())).toEqual(expected);
  });

  test('nodes without block or address have none yet', () => {
    const some = [node('10.0.0.12', undefined, ['10.0.0.12']), node('10.0.0.13', ['10.244.1.0/24'], ['fd00::13'])];
    expect(routesFrom('10.0.0.11', some)).toEqual([]);
  });

  test('a node that is none of ours has its pods as well', () => {
    const foreign = { ...node('', ['10.244.9.0/24'], ['10.0.0.99']), metadata: { name: 'by-hand' } };
    expect(routesFrom('10.0.0.11', [foreign])).toEqual([{ block: '10.244.9.0/24', via: '10.0.0.99' }]);
  });
});

test('the file has one route a line', () => {
  expect(routesFile([{ block: '10.244.1.0/24', via: '10.0.0.12' }])).toBe('10.244.1.0/24 10.0.0.12\n');
  expect(routesFile([])).toBe('');
});
