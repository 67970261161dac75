import { describe, expect, test } from '@jest/globals';

import { dnsAnswer, dnsQuery, typeA, typeAAAA } from './dns-message.ts';

describe('dnsQuery', () => {
  test('is a question over TCP', () => {
    expect(dnsQuery('a.bc.', typeA).toString('hex')).toBe(
      ['0016', '746b', '0100', '0001', '0000', '0000', '0000', '0161', '026263', '00', '0001', '0001'].join(''),
    );
    expect(dnsQuery('a', typeAAAA).subarray(-4).toString('hex')).toBe('001c0001');
  });
});

describe('dnsAnswer', () => {
  const message = (flags: string, answers: string) => Buffer.from(`746b${flags}0001${answers}00000000`, 'hex');

  test('with and without its length', () => {
    const found = message('8180', '0001');
    expect(dnsAnswer(found)).toEqual({ kind: 'answers', count: 1 });
    expect(dnsAnswer(Buffer.concat([Buffer.from([0, found.length]), found]))).toEqual({ kind: 'answers', count: 1 });
  });

  test.each([
    ['8183', '0000', { kind: 'refused', code: 3 }],
    ['8182', '0000', { kind: 'refused', code: 2 }],
    ['8180', '0000', { kind: 'refused', code: 0 }],
    ['0100', '0001', { kind: 'none' }],
  ])('flags %s with %s answers', (flags, answers, expected) => {
    expect(dnsAnswer(message(flags, answers))).toEqual(expected);
  });

  test.each(['', '74', 'ffff81800001000100000000'])('%p is none', (hex) => {
    expect(dnsAnswer(Buffer.from(hex, 'hex'))).toEqual({ kind: 'none' });
  });
});
