import { describe, expect, test } from '@jest/globals';

import { AddressGuard } from './address-guard.ts';
import { AddressRanges } from './address-ranges.ts';
import { embeddedIPv4 } from './embedded-ipv4.ts';
import { linkLocalAndMetadataRanges } from './special-ranges.ts';

test.each([
  ['64:ff9b::a9fe:a9fe', '169.254.169.254'],
  ['64:ff9b::169.254.169.254', '169.254.169.254'],
  ['0064:FF9B:0:0:0:0:a9fe:a9fe', '169.254.169.254'],
  ['2002:a9fe:a9fe::1', '169.254.169.254'],
  ['2002:a9fe:a9fe:1:2:3:4:5', '169.254.169.254'],
  ['::169.254.169.254', '169.254.169.254'],
  ['::2', '0.0.0.2'],
  ['::ffff:169.254.169.254', '169.254.169.254'],
  ['::ffff:0:169.254.169.254', '169.254.169.254'],
  ['64:ff9b::a00:1%eth0', '10.0.0.1'],
  ['::', undefined],
  ['::1', undefined],
  ['0:0:0:0:0:0:0:1', undefined],
  ['64:ff9b:1::a9fe:a9fe', undefined],
  ['2001:db8::a9fe:a9fe', undefined],
  ['fe80::a9fe:a9fe', undefined],
  ['::1:0:0:0:a9fe:a9fe', undefined],
  ['169.254.169.254', undefined],
  ['metadata.example', undefined],
  ['', undefined],
])('in %j there is %s', (address, expected) => {
  expect(embeddedIPv4(address)).toBe(expected);
});

describe('a guard', () => {
  const guard = new AddressGuard({
    denied: AddressRanges.parse(linkLocalAndMetadataRanges.join(','), 'denied'),
    lookup: (_name, _options, callback) => callback(null, '64:ff9b::a9fe:a9fe', 6),
  });

  test.each([
    ['64:ff9b::a9fe:a9fe', '169.254.0.0/16'],
    ['2002:a9fe:a9fe::', '169.254.0.0/16'],
    ['::169.254.169.254', '169.254.0.0/16'],
    ['::ffff:0:169.254.169.254', '169.254.0.0/16'],
    ['64:ff9b::1', '0.0.0.0/8'],
    ['64:ff9b:1:2::a9fe:a9fe', '64:ff9b:1::/48'],
  ])('denies %s where %s is denied', (address, range) => {
    expect(() => guard.check(address)).toThrow(expect.objectContaining({ code: 'AddressDenied' }));
    expect(() => guard.check(address)).toThrow(`is in ${range}, `);
  });

  test.each([['64:ff9b::a00:1'], ['2002:a00:1::1'], ['::1'], ['::ffff:10.0.0.1']])('lets %s pass', (address) => {
    expect(() => guard.check(address)).not.toThrow();
  });

  test('says what a name comes to', () => {
    const told = expect.objectContaining({
      message: expect.stringContaining(
        'dns64.example stands for 64:ff9b::a9fe:a9fe and so for 169.254.169.254, which is in 169.254.0.0/16',
      ),
    });
    const answer: unknown[] = [];
    guard.lookup('dns64.example', {}, (error) => answer.push(error));
    expect(answer).toEqual([told]);
  });

  test('allows no more than is written, where ranges say what is allowed', () => {
    expect(AddressRanges.parse('10.0.0.0/8', 'allowed').find('64:ff9b::a00:1')).toBeUndefined();
  });
});
