import { describe, expect, test } from '@jest/globals';

import { secretTenantLabel, type Cluster, type ClusterCredential } from '@tke/api-platform';
import type { coreKinds } from '@tke/meta';
import { createCa, issueCertificate } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

import { accessFromObjects } from './from-objects.ts';

const ca = await createCa({ commonName: 'ca', clock });
const alice = await issueCertificate({ ca, commonName: 'alice', usages: ['client'], clock });
const base64 = (text: string) => Buffer.from(text).toString('base64');
const addresses = [{ type: 'Real', host: '10.0.0.1', port: 6443 }] as const;

const cluster = (spec: object = { addresses }, status: object = {}) =>
  ({
    metadata: { name: 'cls-a' },
    spec: { type: 'Imported', tenantID: 'default', ...spec },
    status,
  }) as unknown as Cluster;
const credential = (fields: object = {}) =>
  ({ metadata: { name: 'cc-a' }, tenantID: 'default', ...fields }) as ClusterCredential;
const secret = (data: Record<string, string>, tenant: string | null = 'default') =>
  ({
    metadata: {
      name: 's',
      namespace: 'tke-system',
      labels: tenant === null ? {} : { [secretTenantLabel]: tenant },
    },
    data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)])),
  }) as unknown as coreKinds.Secret;
const access = (parts: Partial<Parameters<typeof accessFromObjects>[0]>) =>
  accessFromObjects({ cluster: cluster(), credential: undefined, secret: undefined, ...parts });

const kubeconfig = (user = '{token: from-kubeconfig}') => `
clusters: [{name: c, cluster: {server: "https://kube:6443", certificate-authority-data: ${base64(ca.certPem)}}}]
users: [{name: u, user: ${user}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;

test("TKEStack's credential: certificates in base64, token as text, extra values separated by commas", () => {
  const fields = {
    caCert: base64(ca.certPem),
    clientCert: base64(alice.certPem),
    clientKey: base64(alice.keyPem),
    token: 'abc',
    as: 'clusternet',
    'as-groups': ['g'],
    'as-user-extra': { 'clusternet-token': 'a, b' },
    username: 'ignored',
  };
  expect(access({ credential: credential(fields) })).toEqual({
    tenantID: 'default',
    config: {
      server: new URL('https://10.0.0.1:6443/'),
      ca: { text: ca.certPem },
      insecureSkipVerify: false,
      user: {
        type: 'stored',
        token: { text: 'abc' },
        certificate: { cert: { text: alice.certPem }, key: { text: alice.keyPem } },
      },
      impersonate: { user: 'clusternet', groups: ['g'], extra: { 'clusternet-token': ['a', 'b'] } },
    },
  });
});

test('the parts of a Secret go before those of the credential, and lose the line end of an editor', () => {
  const parts = { token: 'new\n', 'ca.crt': ca.certPem, proxyUsername: 'bob', proxyPassword: 'p@ss/word' };
  const fields = { token: 'old', proxyURL: 'socks5://10.0.0.9:1080', tlsServerName: 'kubernetes' };
  expect(access({ credential: credential(fields), secret: secret(parts) })?.config).toMatchObject({
    proxyUrl: 'socks5://bob:p%40ss%2Fword@10.0.0.9:1080',
    serverName: 'kubernetes',
    ca: { text: ca.certPem.trim() },
    user: { token: { text: 'new' } },
  });
});

test('a kubeconfig is enough; the Cluster may name other addresses', () => {
  const alone = access({ cluster: cluster({}), secret: secret({ kubeconfig: kubeconfig() }) });
  expect(alone?.config).toMatchObject({
    server: new URL('https://kube:6443'),
    user: { token: { text: 'from-kubeconfig' } },
  });
  const moved = access({ secret: secret({ kubeconfig: kubeconfig() }), credential: credential({ as: 'carol' }) });
  expect(moved?.config).toMatchObject({
    server: new URL('https://10.0.0.1:6443/'),
    ca: { text: ca.certPem },
    user: { token: { text: 'from-kubeconfig' } },
    impersonate: { user: 'carol' },
  });
});

test('what the status says of an imported cluster does not outlive a change of its kubeconfig', () => {
  const read = cluster({}, { addresses });
  expect(access({ cluster: read, secret: secret({ kubeconfig: kubeconfig() }) })?.config.server.href).toBe(
    'https://kube:6443/',
  );
});

test('addresses that were found out serve where none are given', () => {
  const built = cluster({ type: 'Baremetal' }, { addresses });
  expect(access({ cluster: built, credential: credential({ token: 'a' }) })?.config.server.href).toBe(
    'https://10.0.0.1:6443/',
  );
});

test('a cluster that is still being built is no member yet', () => {
  expect(access({ cluster: cluster({ type: 'Baremetal' }), credential: credential() })).toBeUndefined();
});

describe('one tenant cannot have a cluster opened with the credential of another', () => {
  test.each([
    ['credential of another', { credential: credential({ tenantID: 'other', token: 'a' }) }],
    ['credential of none', { credential: credential({ tenantID: undefined, token: 'a' }) }],
    ['Secret of another', { secret: secret({ token: 'a' }, 'other') }],
    ['Secret without a label', { secret: secret({ token: 'a' }, null) }],
    [
      'cluster of none',
      { cluster: cluster({ addresses, tenantID: undefined }), credential: credential({ token: 'a' }) },
    ],
  ])('%s', (_, parts) => {
    expect(() => access(parts)).toThrow(
      expect.objectContaining({ code: 'CredentialOfAnotherTenant', class: 'NeedsUser' }),
    );
  });
});

test('a credential that opens one cluster is not sent to where another Cluster says', () => {
  const opens = (clusterName: string) => () => access({ credential: credential({ clusterName, token: 'a' }) });
  expect(opens('cls-other')).toThrow(expect.objectContaining({ code: 'InvalidClusterCredential' }));
  const own = cluster().metadata.name ?? '';
  expect(
    access({ cluster: cluster({ addresses }), credential: credential({ clusterName: own, token: 'a' }) }),
  ).toBeDefined();
});

describe('what is wrong is said without a secret', () => {
  test.each([
    ['CredentialNotFound', 'names no credential', {}],
    ['InvalidClusterAddress', 'no address', { cluster: cluster({}), credential: credential({ token: 'a' }) }],
    ['InvalidClusterCredential', 'belong together', { credential: credential({ clientCert: base64(alice.certPem) }) }],
    ['InvalidClusterCredential', 'need as', { credential: credential({ token: 'hunter2', 'as-groups': ['g'] }) }],
    ['InvalidClusterCredential', 'certificate authority', { secret: secret({ 'ca.crt': 'hunter2' }) }],
    [
      'InvalidConfiguration',
      'Secret tke-system/s, key kubeconfig: exec',
      { secret: secret({ kubeconfig: kubeconfig('{exec: {apiVersion: v1, command: sh, args: [hunter2]}}') }) },
    ],
    ['InvalidConfiguration', 'Secret tke-system/s, key kubeconfig', { secret: secret({ kubeconfig: '{hunter2' }) }],
    ['InvalidClusterCredential', 'token', { secret: secret({ kubeconfig: kubeconfig('{token: "hunter2 x"}') }) }],
  ])('%s: %s', (code, message, parts) => {
    const attempt = () => access(parts);
    expect(attempt).toThrow(
      expect.objectContaining({ code, class: 'NeedsUser', message: expect.stringContaining(message) }),
    );
    expect(attempt).not.toThrow('hunter2');
  });
});
