import { describe, expect, test } from '@jest/globals';

import { commonFlags, parseFlags } from '@tke/runtime';

import { flags } from './flags.ts';
import { guardOf } from './platform-options.ts';

const guardWith = (...argv: readonly string[]) => guardOf(parseFlags({ ...commonFlags, ...flags }, argv));
const refused = (address: string, ...argv: readonly string[]) => {
  try {
    guardWith(...argv).check(address);
    return false;
  } catch {
    return true;
  }
};

describe('what the manager cannot be made to connect to', () => {
  test.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['169.254.169.254', true],
    ['fd00:ec2::254', true],
    ['0.0.0.0', true],
    ['10.0.0.1', false],
    ['192.168.1.1', false],
    ['fd00::1', false],
  ])('is this machine and its metadata, unless a flag says otherwise: %s %s', (address, expected) => {
    expect(refused(address)).toBe(expected);
  });

  test('is what the flag says, and nothing when it is empty', () => {
    const flag = '--denied-member-addresses=10.96.0.0/12';
    expect([refused('10.96.0.1', flag), refused('127.0.0.1', flag)]).toEqual([true, false]);
    expect(refused('169.254.169.254', '--denied-member-addresses=')).toBe(false);
  });

  test('is told with the flag that says so', () => {
    expect(() => guardWith().check('169.254.169.254')).toThrow(
      expect.objectContaining({
        message: '169.254.169.254 is in 169.254.0.0/16, to which the manager must not be made to connect',
        remedy: expect.stringContaining('--denied-member-addresses'),
      }),
    );
  });

  test('is not guessed from a flag that cannot be read', () => {
    expect(() => guardWith('--denied-member-addresses=10.96.0.0/12,localhost')).toThrow(
      expect.objectContaining({
        code: 'InvalidAddressRange',
        message: expect.stringContaining('--denied-member-addresses holds "localhost"'),
      }),
    );
  });
});
