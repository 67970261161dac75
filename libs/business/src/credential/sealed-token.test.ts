import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';

import { seal, unseal } from './sealed-token.ts';

const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';

describe('a token', () => {
  test.each([
    ['P-256', ec('prime256v1'), 'ECDH-ES+A256KW'],
    ['P-384', ec('secp384r1'), 'ECDH-ES+A256KW'],
    ['P-521', ec('secp521r1'), 'ECDH-ES+A256KW'],
    ['RSA', rsa(2048), 'RSA-OAEP-256'],
  ])('is read with the key that it was encrypted for, and nowhere before: %s', async (_what, pair, alg) => {
    const sealed = await seal(token, pair.publicKey);
    expect(decodeProtectedHeader(sealed)).toMatchObject({ alg, enc: 'A256GCM' });
    const [, ...parts] = sealed.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect(parts.join()).not.toContain('eyJ');
    expect(await unseal(sealed, pair.privateKey)).toBe(token);
    // As it is read from a file.
    const file = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
    expect(await unseal(sealed, createPrivateKey(file))).toBe(token);
  });

  test.each([
    ['another key of the same kind', ec('prime256v1').privateKey],
    ['a key of another kind', rsa(2048).privateKey],
  ])('is not read with %s', async (_what, key) => {
    const sealed = await seal(token, ec('prime256v1').publicKey);
    await expect(unseal(sealed, key)).rejects.toMatchObject({ code: 'TokenNotOpened', class: 'NeedsUser' });
  });

  test('that was altered, or is none, is not taken', async () => {
    const { publicKey, privateKey } = ec('prime256v1');
    const parts = (await seal(token, publicKey)).split('.');
    parts[3] = `${parts[3]!.startsWith('A') ? 'B' : 'A'}${parts[3]!.slice(1)}`;
    for (const text of [parts.join('.'), '', 'x', token]) {
      await expect(unseal(text, privateKey)).rejects.toMatchObject({ code: 'TokenNotOpened' });
    }
  });

  test('is encrypted differently each time', async () => {
    const publicKey = createPublicKey(ec('prime256v1').privateKey);
    expect(await seal(token, publicKey)).not.toBe(await seal(token, publicKey));
  });
});
