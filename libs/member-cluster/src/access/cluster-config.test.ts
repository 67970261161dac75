import { expect, test } from '@jest/globals';

import { createCa, issueCertificate } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

import { clusterConfig } from './cluster-config.ts';
import type { ClusterAccessSpec } from './cluster-access.ts';

const addresses = [{ type: 'Real', host: '10.0.0.1', port: 6443 }] as const;
const ca = await createCa({ commonName: 'ca', clock });
const alice = await issueCertificate({ ca, commonName: 'alice', usages: ['client'], clock });
const bob = await issueCertificate({ ca, commonName: 'bob', usages: ['client'], clock });

test('puts the parts together', () => {
  const spec: ClusterAccessSpec = {
    addresses: [{ ...addresses[0], type: 'Advertise', host: 'vip' }, ...addresses],
    ca: ca.certPem,
    serverName: 'kubernetes',
    proxyUrl: 'socks5://10.0.0.9:1080',
    token: 'abc',
    certificate: { cert: alice.certPem, key: alice.keyPem },
    impersonate: { user: 'clusternet', extra: { 'clusternet-token': ['t'] } },
  };
  expect(clusterConfig(spec)).toEqual({
    server: new URL('https://vip:6443/'),
    alternatives: [new URL('https://10.0.0.1:6443/')],
    ca: { text: ca.certPem },
    serverName: 'kubernetes',
    insecureSkipVerify: false,
    proxyUrl: 'socks5://10.0.0.9:1080',
    user: {
      type: 'stored',
      token: { text: 'abc' },
      certificate: { cert: { text: alice.certPem }, key: { text: alice.keyPem } },
    },
    impersonate: { user: 'clusternet', extra: { 'clusternet-token': ['t'] } },
  });
});

test('certificates are checked unless somebody says not to', () => {
  expect(clusterConfig({ addresses })).toMatchObject({ insecureSkipVerify: false });
  expect(clusterConfig({ addresses, insecureSkipVerify: true })).toMatchObject({ insecureSkipVerify: true });
});

test.each<[string, Omit<ClusterAccessSpec, 'addresses'>]>([
  ['a key in the place of the authority', { ca: alice.keyPem }],
  ['an authority that is cut short', { ca: ca.certPem.slice(0, 200) }],
  ['a broken authority', { ca: ca.certPem.replace('MII', 'AAA') }],
  ["somebody else's key", { certificate: { cert: alice.certPem, key: bob.keyPem } }],
  ['a token with a line end', { token: 'hunter2\nx' }],
  ['a token with a line end after it', { token: 'hunter2\n' }],
  ['an unknown proxy', { proxyUrl: 'ftp://alice:hunter2@proxy' }],
])('%s is told for what it is, without a secret', (_, part) => {
  const attempt = () => clusterConfig({ addresses, ...part });
  expect(attempt).toThrow(expect.objectContaining({ code: 'InvalidClusterCredential', class: 'NeedsUser' }));
  expect(attempt).not.toThrow(/hunter2|BEGIN|MII/);
});
