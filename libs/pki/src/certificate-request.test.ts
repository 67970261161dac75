import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';

import { expect, test } from '@jest/globals';

import { createCertificateRequest } from './index.ts';

const openssl = (input: string, ...args: string[]) =>
  execFileSync('openssl', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });

test('openssl reads a request, finds it signed with the key it is for, and as its subject what was asked for', async () => {
  const commonName = 'Zoë O’Neil/x=1';
  const { requestPem, keyPem } = await createCertificateRequest({ commonName, organizations: ['tenant:t', 'b'] });
  const text = openssl(requestPem, 'req', '-verify', '-noout', '-subject', '-nameopt', 'sep_multiline,utf8');
  expect(text.split('\n').map((line) => line.trim())).toEqual(
    expect.arrayContaining(['O=tenant:t', 'O=b', `CN=${commonName}`]),
  );
  const publicKey = openssl(requestPem, 'req', '-noout', '-pubkey');
  expect(createPublicKey(publicKey).equals(createPublicKey(createPrivateKey(keyPem)))).toBe(true);
});

test('each request is for a key of its own', async () => {
  const [a, b] = await Promise.all([1, 2].map(() => createCertificateRequest({ commonName: 'x' })));
  expect(a!.keyPem).not.toBe(b!.keyPem);
});
