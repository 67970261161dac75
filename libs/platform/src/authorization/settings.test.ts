import { expect, test } from '@jest/globals';

import { createCa } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

import { authorizationSettings, type AuthorizationSettings } from './settings.ts';

const ca = await createCa({ commonName: 'ca', clock });
const other = await createCa({ commonName: 'other', clock });
const good: AuthorizationSettings = { webhookUrl: 'https://10.0.0.1:9443', webhookCa: ca.certPem, clientCa: ca };

test('a good one is taken, with or without a slash at the end', () => {
  expect(authorizationSettings(good)).toEqual(good);
  expect(authorizationSettings({ ...good, webhookUrl: 'https://10.0.0.1:9443/' })).toEqual(good);
});

const bad: [what: string, part: Partial<AuthorizationSettings>, message: RegExp][] = [
  ['a URL without TLS', { webhookUrl: 'http://10.0.0.1:9443' }, /must be https/],
  ['a URL with a path', { webhookUrl: 'https://10.0.0.1:9443/auth/authz' }, /nothing behind the port/],
  ['a URL with a password', { webhookUrl: 'https://u:p@10.0.0.1' }, /must be https/],
  ['no URL', { webhookUrl: '10.0.0.1' }, /must be https/],
  ['no CA', { webhookCa: 'hello' }, /CA of the authz-webhook is not a certificate/],
  ['a key that is none', { clientCa: { ...ca, keyPem: 'secret-text' } }, /not a key in PEM/],
  ['the key of another CA', { clientCa: { certPem: ca.certPem, keyPem: other.keyPem } }, /do not belong to each other/],
];

test.each(bad)('%s is refused, and not quoted', (_what, part, message) => {
  const check = () => authorizationSettings({ ...good, ...part });
  expect(check).toThrow(message);
  expect(check).not.toThrow(/secret-text|u:p/);
});
