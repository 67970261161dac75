import { describe, expect, test } from '@jest/globals';
import type { AddressFacts } from '@tke/host';

import { deviceOf, nodeAddresses } from './node-addresses.ts';

function address(name: string, text: string): AddressFacts {
  return { interface: name, address: text, prefixLength: 24, family: text.includes(':') ? 6 : 4 };
}

const facts = {
  addresses: [
    address('eth1', '192.168.0.5'),
    address('eth1', 'fd01::5'),
    address('eth0', '10.0.0.11'),
    address('eth0', 'fe80::1'),
    address('eth0', 'fd00::11'),
    address('eth0', 'fd00::ffff'),
  ],
};
const dual = { podCidrs: ['10.244.0.0/16', 'fd00:244::/56'] as const };

describe('nodeAddresses', () => {
  test('one family: the address of spec', () => {
    expect(nodeAddresses(facts, '10.0.0.11', { podCidrs: ['10.244.0.0/16'] })).toEqual(['10.0.0.11']);
  });

  test('dual stack: that of spec, and one of the other family on the same interface', () => {
    expect(nodeAddresses(facts, '10.0.0.11', dual)).toEqual(['10.0.0.11', 'fd00::11']);
    expect(nodeAddresses(facts, 'FD00:0::11', dual)).toEqual(['FD00:0::11', '10.0.0.11']);
  });

  test('dual stack on a host that has one family says so', () => {
    const one = { addresses: facts.addresses.filter(({ address: text }) => !text.startsWith('fd00')) };
    expect(() => nodeAddresses(one, '10.0.0.11', dual)).toThrow(
      expect.objectContaining({
        code: 'NodeAddressMissing',
        message: '10.0.0.11 has no IPv6 address on eth0, which pods of fd00:244::/56 need',
      }),
    );
  });
});

test('deviceOf', () => {
  expect(deviceOf(facts, 'fd00:0::11')).toBe('eth0');
  expect(deviceOf(facts, '10.0.0.99')).toBeUndefined();
});
