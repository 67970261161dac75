import { expect, jest, test } from '@jest/globals';

import { AuthProviderCredentials } from './auth-provider-credentials.ts';

jest.setTimeout(60_000);

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const idToken = `${base64({ alg: 'none' })}.${base64({ sub: 'alice', exp: 4_000_000_000 })}.`;

test('the oidc provider of client-node gives the token it holds, as the same credential each time', async () => {
  const provider = { name: 'oidc', config: { 'id-token': idToken, 'client-id': 'c', 'idp-issuer-url': 'https://idp' } };
  const credentials = new AuthProviderCredentials(provider, 'https://server');
  const first = await credentials.current();
  expect(first).toEqual({ authorization: `Bearer ${idToken}` });
  expect(await credentials.current()).toBe(first);
  expect(await credentials.renew()).toBe(first);
});

test('a provider that fails is named', async () => {
  const expired = `${base64({ alg: 'none' })}.${base64({ exp: 1 })}.`;
  const config = {
    'id-token': expired,
    'refresh-token': 'r',
    'client-id': 'c',
    'idp-issuer-url': 'https://127.0.0.1:1',
  };
  const credentials = new AuthProviderCredentials({ name: 'oidc', config }, 'https://server');
  await expect(credentials.current()).rejects.toMatchObject({
    code: 'CredentialFailed',
    message: expect.stringContaining('auth-provider oidc: '),
  });
});
