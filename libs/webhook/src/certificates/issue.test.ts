import { X509Certificate } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';
import type { Secret } from '@tke/meta';
import { FakeClock } from '@tke/time';

import { makeCa } from '../testing/certificates.ts';

import { issueServingCertificate, renewalReason } from './issue.ts';
import { readSecret, secretEntries, toBase64, type StoredCertificate } from './secret-data.ts';

const wanted = { dnsNames: ['tke-manager.tke-system.svc'], ips: ['127.0.0.1'], days: 90 };
const day = 86_400_000;

function secretOf({ pair, authorities }: StoredCertificate): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'tke-webhook-tls', namespace: 'tke-system' },
    data: {
      [secretEntries.cert]: toBase64(pair.certPem),
      [secretEntries.key]: toBase64(pair.keyPem),
      [secretEntries.ca]: toBase64(authorities.join('')),
    },
  };
}

describe('a serving certificate', () => {
  test('is issued for the wanted names by a CA of its own, whose key is nowhere', async () => {
    const { pair, authorities } = await issueServingCertificate(wanted, new FakeClock());
    const leaf = new X509Certificate(pair.certPem);
    const ca = new X509Certificate(authorities[0]!);
    expect(leaf.checkHost('tke-manager.tke-system.svc')).toBeDefined();
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(authorities.join('')).not.toContain('PRIVATE');
    expect(pair.keyPem.match(/PRIVATE KEY/g)).toHaveLength(2);
  });

  test('is renewed after two thirds of its life and not before', async () => {
    const clock = new FakeClock();
    const stored = await issueServingCertificate(wanted, clock);
    await clock.advance(59.9 * day);
    expect(renewalReason(stored, wanted, clock)).toBeUndefined();
    await clock.advance(0.2 * day);
    expect(renewalReason(stored, wanted, clock)).toContain('two thirds');
  });

  test('is renewed when names are wanted that it lacks, and when a shorter life is', async () => {
    const clock = new FakeClock();
    const stored = await issueServingCertificate(wanted, clock);
    const more = { ...wanted, dnsNames: [...wanted.dnsNames, 'hub.example.com'] };
    expect(renewalReason(stored, more, clock)).toBe('it is not valid for hub.example.com');
    expect(renewalReason(stored, { ...wanted, ips: [] }, clock)).toBeUndefined();
    await clock.advance(10 * day);
    expect(renewalReason(stored, { ...wanted, days: 9 }, clock)).toContain('two thirds');
  });
});

describe('a Secret', () => {
  test('is read back with the issuing CA first', async () => {
    const stored = await issueServingCertificate(wanted, new FakeClock());
    const old = (await makeCa('old')).certPem;
    const read = readSecret(secretOf({ ...stored, authorities: [old, ...stored.authorities] }));
    expect(read).toEqual({ pair: stored.pair, authorities: [...stored.authorities, old] });
  });

  test.each<[string, (stored: StoredCertificate) => Promise<Secret | undefined>, RegExp]>([
    ['that is not there', () => Promise.resolve(undefined), /no serving certificate/],
    ['that is empty', (stored) => Promise.resolve({ ...secretOf(stored), data: {} }), /no serving certificate/],
    [
      'with a foreign CA',
      async (stored) => secretOf({ ...stored, authorities: [(await makeCa()).certPem] }),
      /the CA that issued/,
    ],
    [
      'with a CA that is text',
      (stored) => Promise.resolve(secretOf({ ...stored, authorities: ['x'] })),
      /the CA that issued/,
    ],
    [
      'with the key of another certificate',
      async (stored) => {
        const { pair } = await issueServingCertificate(wanted, new FakeClock());
        return secretOf({ ...stored, pair: { ...stored.pair, keyPem: pair.keyPem } });
      },
      /not issued for the private key/,
    ],
  ])('%s is unusable, and it is said why', async (_what, spoil, message) => {
    const secret = await spoil(await issueServingCertificate(wanted, new FakeClock()));
    expect(() => readSecret(secret)).toThrow(message);
  });
});
