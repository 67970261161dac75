import { isIPv6 } from 'node:net';

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  addressAt,
  block,
  contains,
  formatAddress,
  formatCidr,
  lastOf,
  overlaps,
  parseAddress,
  parseCidr,
  sizeOf,
  type Block,
} from './cidr.ts';

const blocks: fc.Arbitrary<Block> = fc.oneof(
  fc
    .tuple(fc.bigInt(0n, 2n ** 32n - 1n), fc.integer({ min: 0, max: 32 }))
    .map(([value, prefix]) => block(4, value, prefix)),
  fc
    .tuple(fc.bigInt(0n, 2n ** 128n - 1n), fc.integer({ min: 0, max: 128 }))
    .map(([value, prefix]) => block(6, value, prefix)),
);

describe('addresses', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['fd00::', 'fd00::'],
    ['FD00:0:0:1::A', 'fd00:0:0:1::a'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['1:0:0:2:0:0:3:4', '1::2:0:0:3:4'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
  ])('%s is written %s', (text, canonical) => {
    expect(formatAddress(parseAddress(text))).toBe(canonical);
  });

  test('every address survives being written and read', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 128n - 1n), (value) => {
        const text = formatAddress({ family: 6, value });
        expect(isIPv6(text)).toBe(true);
        expect(parseAddress(text)).toEqual({ family: 6, value });
      }),
    );
  });

  test.each(['', '10.0.0', '10.0.0.256', 'fe80::1%eth0', 'host', '1::2::3'])('%p is no address', (text) => {
    expect(() => parseAddress(text)).toThrow(TypeError);
  });
});

describe('blocks', () => {
  test('bits behind the prefix are dropped', () => {
    expect(formatCidr(parseCidr('10.244.5.3/16'))).toBe('10.244.0.0/16');
    expect(formatCidr(parseCidr(' fd00:244:1::5/56'))).toBe('fd00:244:1::/56');
  });

  test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', '10.0.0.0/', 'fd00::/129', 'x/8'])(
    '%p is no block',
    (text) => {
      expect(() => parseCidr(text)).toThrow(TypeError);
    },
  );

  test('a block holds its first and last address and none outside', () => {
    fc.assert(
      fc.property(blocks, (cidr) => {
        const { family, first } = cidr;
        expect(parseCidr(formatCidr(cidr))).toEqual(cidr);
        expect(contains(cidr, addressAt(cidr, 0n))).toBe(true);
        expect(contains(cidr, addressAt(cidr, sizeOf(cidr) - 1n))).toBe(true);
        expect(contains(cidr, { family, value: lastOf(cidr) + 1n })).toBe(false);
        expect(contains(cidr, { family, value: first - 1n })).toBe(false);
        expect(() => addressAt(cidr, sizeOf(cidr))).toThrow(RangeError);
      }),
    );
  });

  test('two blocks overlap just when one holds the first address of the other', () => {
    fc.assert(
      fc.property(blocks, blocks, (a, b) => {
        const expected = contains(a, addressAt(b, 0n)) || contains(b, addressAt(a, 0n));
        expect(overlaps(a, b)).toBe(expected);
        expect(overlaps(a, a)).toBe(true);
      }),
    );
  });
});
