import { beforeAll, expect, test } from '@jest/globals';

import { secretTenantLabel, type ClusterCredential } from '@tke/api-platform';
import { createCa, issueCertificate, type CertificateAndKey } from '@tke/pki';
import { FakeClock } from '@tke/time';

import { expiryOf } from './credential-expiry.ts';

const clock = new FakeClock(Date.UTC(2026, 0, 1));
const end = '2026-01-31T00:00:00Z';
const base64 = (text: string) => Buffer.from(text).toString('base64');
let pair: CertificateAndKey;

beforeAll(async () => {
  const ca = await createCa({ commonName: 'ca', clock });
  pair = await issueCertificate({ ca, commonName: 'a', usages: ['client'], days: 30, clock });
});

const credential = (fields: Partial<ClusterCredential> = {}): ClusterCredential => ({
  ...{ apiVersion: 'platform.tkestack.io/v1', kind: 'ClusterCredential', metadata: { name: 'cc' }, tenantID: 'acme' },
  ...fields,
});

function secret(data: Readonly<Record<string, string>>, tenant = 'acme') {
  const encoded = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)]));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { labels: { [secretTenantLabel]: tenant } }, data: encoded };
}

const token = (claims: object) => `${base64('{}')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;
const kubeconfig = (user: string) => `
clusters: [{name: c, cluster: {server: "https://kube:6443"}}]
users: [{name: u, user: ${user}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;

test('a client certificate ends when it says, wherever it stands', () => {
  expect(expiryOf(credential({ clientCert: base64(pair.certPem) }), undefined)).toBe(end);
  expect(expiryOf(credential(), secret({ 'tls.crt': pair.certPem }))).toBe(end);
  const user = `{client-certificate-data: ${base64(pair.certPem)}, client-key-data: ${base64(pair.keyPem)}}`;
  expect(expiryOf(credential(), secret({ kubeconfig: kubeconfig(user) }))).toBe(end);
});

test('a token ends when its claim says, other tokens are not known to end', () => {
  expect(expiryOf(credential({ token: token({ exp: Date.UTC(2026, 1, 1) / 1000 }) }), undefined)).toBe(
    '2026-02-01T00:00:00Z',
  );
  expect(expiryOf(credential({ token: token({}) }), undefined)).toBeUndefined();
  expect(expiryOf(credential({ token: 'a.b' }), undefined)).toBeUndefined();
  expect(expiryOf(credential(), secret({ kubeconfig: kubeconfig('{token: abc}') }))).toBeUndefined();
});

test('of several the first to end counts', () => {
  const fields = { clientCert: base64(pair.certPem), token: token({ exp: Date.UTC(2026, 1, 1) / 1000 }) };
  expect(expiryOf(credential(fields), undefined)).toBe(end);
});

test('nothing is told of what cannot be read, or is another tenant’s', () => {
  expect(expiryOf(credential(), secret({ 'tls.crt': 'hunter2', kubeconfig: '{' }))).toBeUndefined();
  expect(expiryOf(credential(), secret({ 'tls.crt': pair.certPem }, 'other'))).toBeUndefined();
  expect(expiryOf(credential(), undefined)).toBeUndefined();
});
