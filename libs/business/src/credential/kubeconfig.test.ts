import { describe, expect, test } from '@jest/globals';

import type { Cluster } from '@tke/api-platform';
import type { InlineConfig } from '@tke/kube-client';

import { certificateUser, endpointOf, kubeconfig, tokenUser, type UserEntry } from './kubeconfig.ts';

type Address = NonNullable<Cluster['spec']['addresses']>[number];

const proxy: Address = { type: 'Public', host: 'proxy.example.com', port: 443, path: '/clusters/a' };
const inside: Address = { type: 'Internal', host: '10.0.0.1', port: 6443 };
const outside: Address = { type: 'Public', host: 'api.example.com', port: 6443, path: '/' };

function server(addresses: Address[], used: string): unknown {
  const spec = { type: 'Imported', addresses } as Cluster['spec'];
  const cluster: Cluster = { apiVersion: '', kind: 'Cluster', metadata: { name: 'cls-a' }, spec };
  const config: InlineConfig = { server: new URL(used), insecureSkipVerify: false, user: { type: 'stored' } };
  return (endpointOf(cluster, { name: 'cls-a', config }).entry as { server: string }).server;
}

describe('the address in a kubeconfig', () => {
  test.each<[string, Address[], string, string]>([
    ['is from outside where there is one', [inside, outside], 'https://10.0.0.1:6443', 'https://api.example.com:6443'],
    ['leads through no proxy', [proxy, inside], 'https://proxy.example.com/clusters/a', 'https://10.0.0.1:6443'],
    ['is what the platform uses when none is stated', [], 'https://10.0.0.9:6443/', 'https://10.0.0.9:6443'],
  ])('%s', (_what, addresses, used, expected) => {
    expect(server(addresses, used)).toBe(expected);
  });

  test.each<[string, Address[]]>([
    ['the only one stated', [proxy]],
    ['in the credential of the platform', []],
  ])('cannot be a proxy, which is %s: credentials do not pass it', (_where, addresses) => {
    expect(() => server(addresses, 'https://proxy.example.com/clusters/a')).toThrow(
      expect.objectContaining({
        code: 'AddressMissing',
        class: 'NeedsUser',
        remedy: expect.stringContaining('spec.addresses'),
      }),
    );
  });
});

describe('a kubeconfig', () => {
  const endpoint = { name: 'cls-a', entry: { server: 'https://a' }, isVerified: true };
  const holder = { username: 'carol', tenantID: 't', project: 'prj-a', cluster: 'cls-a', namespace: 'shop' };
  const of = (user: UserEntry) => JSON.parse(kubeconfig({ endpoint, ...holder, user })) as { users: object[] };

  test('with a certificate lacks the private key only', () => {
    expect(of(certificateUser('PEM', 'shop.key'))).toMatchObject({
      clusters: [{ name: 'cls-a', cluster: { server: 'https://a' } }],
      users: [{ name: 'carol', user: { 'client-certificate-data': 'UEVN', 'client-key': 'shop.key' } }],
      contexts: [{ name: 'cls-a', context: { cluster: 'cls-a', user: 'carol', namespace: 'shop' } }],
      'current-context': 'cls-a',
    });
  });

  test('with a token lacks that only, and acts as its holder', () => {
    const groups = ['tenant:t', 'project:prj-a', 'cluster:cls-a', 'namespace:shop'];
    const user = { tokenFile: 'shop.token', as: 'carol', 'as-groups': groups };
    expect(of(tokenUser(holder, 'shop.token')).users).toEqual([{ name: 'carol', user }]);
  });
});

test.each([
  ['checked by their CA or those of the machine', 'https://a', false, true],
  ['not checked', 'https://a', true, false],
  ['not there, because there is no TLS', 'http://a', false, false],
])('whether certificates of servers are %s is known', (_what, used, insecureSkipVerify, isVerified) => {
  const cluster: Cluster = { apiVersion: '', kind: 'Cluster', metadata: {}, spec: { type: 'Imported' } };
  const config: InlineConfig = { server: new URL(used), insecureSkipVerify, user: { type: 'stored' } };
  expect(endpointOf(cluster, { name: 'cls-a', config }).isVerified).toBe(isVerified);
});
