import { describe, expect, test } from '@jest/globals';

import { algorithmAttempts, hostKeyOf, matchesPin, parseHostKeyPin } from './host-key.ts';

const blob = 'AAAAC3NzaC1lZDI1NTE5AAAAIJ6WJ3p9OHBGoSgkdYTTTXXYgFWdQhG4Q3p4ZBnE8vjF';
const { fingerprint } = hostKeyOf(Buffer.from(blob, 'base64'));

describe('a pin', () => {
  test.each([
    ['a public key', `ssh-ed25519 ${blob} root@host`],
    ['a line of ssh-keyscan or known_hosts', `[10.0.0.1]:2222 ssh-ed25519 ${blob}`],
    ['type and fingerprint', `ssh-ed25519 ${fingerprint}`],
  ])('is read from %s', (_, text) => {
    expect(parseHostKeyPin(text)).toEqual({ type: 'ssh-ed25519', fingerprint });
  });

  test('is read from what ssh-keygen -l prints, and from a fingerprint alone', () => {
    expect(parseHostKeyPin(`256 ${fingerprint} root@host (ED25519)`)).toMatchObject({ fingerprint });
    expect(parseHostKeyPin(` ${fingerprint}= `)).toMatchObject({ fingerprint });
  });

  test.each(['', 'SHA256:short', 'ssh-ed25519', 'ssh-ed25519 AAAA', `ssh-rsa ${blob}`, 'MD5:aa:bb', `ssh-dss ${blob}`])(
    '%j is none',
    (text) => {
      expect(() => parseHostKeyPin(text)).toThrow(
        expect.objectContaining({ code: 'InvalidHostKey', class: 'NeedsUser' }),
      );
    },
  );

  test('fits its own key only, and no key fits none', () => {
    const key = { type: 'ssh-ed25519', fingerprint };
    expect(matchesPin(key, [key])).toBe(true);
    expect(matchesPin(key, [{ fingerprint }])).toBe(true);
    expect(matchesPin(key, [{ fingerprint: fingerprint.toLowerCase() }])).toBe(false);
    expect(matchesPin(key, [])).toBe(false);
  });
});

test('a host is asked for the pinned types alone, and never to sign with SHA-1', () => {
  const pin = (type?: string) => ({ type, fingerprint });
  expect(algorithmAttempts([pin('ssh-rsa')])).toEqual([['rsa-sha2-512', 'rsa-sha2-256']]);
  expect(algorithmAttempts([pin('ssh-ed25519'), pin()]).length).toBeGreaterThan(1);
  expect(algorithmAttempts(undefined).flat()).not.toContain('ssh-rsa');
});
