import { describe, expect, test } from '@jest/globals';

import type { Node } from '../steps/node/node.ts';
import { nodeFields } from './node-status.ts';

const node = (status?: object): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n' },
  ...(status && { status }),
});

describe('what a machine says of its node', () => {
  test('is little before the kubelet has reported', () => {
    expect(nodeFields(node())).toEqual({ nodeName: 'n', addresses: [], machineInfo: {} });
  });

  test('has what the API of machines knows, and nothing it would refuse', () => {
    const { addresses, machineInfo } = nodeFields(
      node({
        addresses: [
          { type: 'InternalIP', address: '10.0.0.1' },
          { type: 'CarrierPigeon', address: 'x' },
        ],
        nodeInfo: { kubeletVersion: 'v1.36.3', osImage: 'x'.repeat(300), swap: { capacity: 1 }, bootID: 7, fresh: 'x' },
      }),
    );
    expect(addresses).toEqual([{ type: 'InternalIP', address: '10.0.0.1' }]);
    expect(machineInfo).toEqual({ kubeletVersion: 'v1.36.3', osImage: 'x'.repeat(255) });
  });
});
