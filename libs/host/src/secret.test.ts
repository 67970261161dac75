import { inspect } from 'node:util';

import { describe, expect, test } from '@jest/globals';

import { Redactor, Secret } from './secret.ts';

describe('a secret', () => {
  test('shows itself nowhere but where it is asked for', () => {
    const secret = new Secret('hunter2');
    const shown = [String(secret), JSON.stringify({ secret }), inspect({ secret }, { showHidden: true })];
    expect(shown.join()).not.toContain('hunter2');
    expect(secret.reveal().toString()).toBe('hunter2');
  });
});

describe('redacting', () => {
  test.each([
    ['whole', 'pw hunter2 pw', 'pw [redacted] pw'],
    ['more than once', 'hunter2hunter2', '[redacted][redacted]'],
    ['in base64', `data: ${Buffer.from('hunter2').toString('base64')}`, 'data: [redacted]'],
  ])('hides a secret %s', (_, text, expected) => {
    expect(new Redactor([new Secret('hunter2')]).redact(text)).toBe(expected);
  });

  test('hides each line of a secret of many, and the longer of two that begin alike', () => {
    const redactor = new Redactor([
      new Secret('line-one-of-key\nline-two-of-key\n'),
      new Secret('pass'),
      new Secret('password'),
    ]);
    expect(redactor.redact('cat: line-two-of-key')).toBe('cat: [redacted]');
    expect(redactor.redact('password')).toBe('[redacted]');
  });

  test('does nothing for a secret of nothing', () => {
    expect(new Redactor([new Secret('')]).redact('text')).toBe('text');
  });
});
