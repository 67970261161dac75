import { describe, expect, test } from '@jest/globals';

import { AddressRanges } from './address-ranges.ts';
import { loopbackRanges, linkLocalAndMetadataRanges } from './special-ranges.ts';

const ranges = (text: string) => AddressRanges.parse(text, 'spec.ranges');

test.each([
  ['10.0.0.0/24, 192.168.1.5, fd00::/64', '10.0.0.255', '10.0.0.0/24'],
  ['10.0.0.0/24, 192.168.1.5, fd00::/64', '192.168.1.5', '192.168.1.5'],
  ['10.0.0.0/24, 192.168.1.5, fd00::/64', 'fd00::ffff', 'fd00::/64'],
  ['10.0.0.0/24, 192.168.1.5, fd00::/64', '10.0.1.0', undefined],
  ['10.0.0.0/24, 192.168.1.5, fd00::/64', '192.168.1.50', undefined],
  ['10.0.0.0/24, 192.168.1.5, fd00::/64', 'fd00:0:0:1::', undefined],
  ['10.0.0.7/24', '10.0.0.200', '10.0.0.7/24'],
  ['0.0.0.0/0', '203.0.113.9', '0.0.0.0/0'],
  ['0.0.0.0/0', '2001:db8::1', undefined],
  ['10.0.0.0/8', '::ffff:10.1.2.3', '10.0.0.0/8'],
  ['10.0.0.0/8', '::ffff:a01:203', '10.0.0.0/8'],
  ['fe80::/10', 'fe80::1%eth0', 'fe80::/10'],
  ['FD00::/8', 'fd12::1', 'FD00::/8'],
  ['::/0', '2001:db8::1', '::/0'],
  ['10.0.0.1,', '10.0.0.1', '10.0.0.1'],
  ['', '10.0.0.1', undefined],
  ['10.0.0.0/8', 'ten.example.com', undefined],
  ['10.0.0.0/8', '', undefined],
])('of %j, %s is in %s', (text, address, range) => {
  expect(ranges(text).find(address)).toBe(range);
});

describe('what is no address or CIDR is refused with its text', () => {
  test.each([
    ['10.0.0.0/33'],
    ['fd00::/129'],
    ['10.0.0.0/'],
    ['10.0.0.0/-1'],
    ['10.0.0.0/8/8'],
    ['10.0.0'],
    ['010.0.0.1'],
    ['0x0a000001'],
    ['fe80::1%eth0'],
    ['10.0.0.1 10.0.0.2'],
    ['10.0.0.1-10.0.0.9'],
    ['hosts.example.com'],
    ['*'],
  ])('%s', (text) => {
    const refused = expect.objectContaining({
      code: 'InvalidAddressRange',
      class: 'NeedsUser',
      message: expect.stringMatching(/^spec\.ranges holds "/),
    });
    expect(() => ranges(`10.0.0.1, ${text}`)).toThrow(refused);
    expect(() => ranges(`10.0.0.1, ${text}`)).toThrow(JSON.stringify(text));
  });
});

test('a list is bounded, and so is what is told of it', () => {
  expect(() => ranges(Array(257).fill('10.0.0.1').join(','))).toThrow('at most 256');
  expect(() => ranges('x'.repeat(100_000))).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/^.{1,200}$/) }),
  );
});

test.each([
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['::1', 'loopback'],
  ['0.0.0.0', 'linkLocalOrMetadata'],
  ['::', 'linkLocalOrMetadata'],
  ['169.254.169.254', 'linkLocalOrMetadata'],
  ['169.254.170.23', 'linkLocalOrMetadata'],
  ['fe80::a9fe:a9fe', 'linkLocalOrMetadata'],
  ['64:ff9b:1::a9fe:a9fe', 'linkLocalOrMetadata'],
  ['fd00:ec2::254', 'linkLocalOrMetadata'],
  ['fd00:ec2::23', 'linkLocalOrMetadata'],
  ['fd20:ce::254', 'linkLocalOrMetadata'],
  ['100.100.100.200', 'linkLocalOrMetadata'],
  ['168.63.129.16', 'linkLocalOrMetadata'],
  ['192.0.0.192', 'linkLocalOrMetadata'],
  ['192.0.0.193', 'none'],
  ['fd00:c1::a9fe:a9fe', 'linkLocalOrMetadata'],
  ['fd00:42::42', 'linkLocalOrMetadata'],
  ['fd00:42::43', 'none'],
  ['10.0.0.1', 'none'],
  ['192.168.0.1', 'none'],
  ['100.64.0.1', 'none'],
  ['fd00::1', 'none'],
  ['203.0.113.1', 'none'],
])('of the special ranges, %s is in %s', (address, expected) => {
  const isIn = (texts: readonly string[]) => ranges(texts.join(',')).find(address) !== undefined;
  const found = isIn(loopbackRanges) ? 'loopback' : isIn(linkLocalAndMetadataRanges) ? 'linkLocalOrMetadata' : 'none';
  expect(found).toBe(expected);
});
