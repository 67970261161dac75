import { execFileSync } from 'node:child_process';

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { commandLine, displayed, quote } from './quote.ts';

describe('quoting', () => {
  test('leaves plain words alone, so that errors can be read', () => {
    expect(commandLine(['systemctl', 'restart', '/etc/a-b_c.d/x:1,2@%+'])).toBe(
      'systemctl restart /etc/a-b_c.d/x:1,2@%+',
    );
  });

  test('brings any words through a shell', () => {
    const words = fc.array(fc.string({ unit: 'binary' }).filter((word) => !word.includes('\0') && word.isWellFormed()));
    fc.assert(
      fc.property(words, (list) => {
        const line = commandLine(['printf', '%s\\0', 'first', ...list]);
        expect(execFileSync('/bin/sh', ['-c', line]).toString()).toBe(['first', ...list, ''].join('\0'));
      }),
      { numRuns: 60 },
    );
  });

  test('refuses what no command line can hold', () => {
    expect(() => quote('a\0b')).toThrow(TypeError);
  });
});

test('a command is shown on one short line', () => {
  expect(displayed(['sh', '-c', 'a\nb', 'x y'])).toBe("sh -c '…' 'x y'");
  expect(displayed(['echo', 'x'.repeat(1000)]).length).toBeLessThan(250);
});
