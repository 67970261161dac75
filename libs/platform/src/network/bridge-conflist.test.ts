import { expect, test } from '@jest/globals';

import { bridgeConflist } from './bridge-conflist.ts';

test('bridgeConflist', () => {
  const text = bridgeConflist({ podCidrs: ['10.244.1.0/24', 'fd00:244:0:1::/64'], mtu: 1450 });
  expect(JSON.parse(text)).toEqual({
    cniVersion: '1.0.0',
    name: 'tke',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        forceAddress: true,
        hairpinMode: true,
        ipMasq: false,
        mtu: 1450,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: '10.244.1.0/24' }], [{ subnet: 'fd00:244:0:1::/64' }]],
          routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
  expect(bridgeConflist({ podCidrs: ['10.244.1.0/24'], mtu: undefined })).not.toContain('mtu');
});
