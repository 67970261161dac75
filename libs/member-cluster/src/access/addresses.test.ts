import { describe, expect, test } from '@jest/globals';

import { serverUrls } from './addresses.ts';
import type { ClusterAddress } from './cluster-access.ts';

const address = (part: Partial<ClusterAddress>): ClusterAddress => ({
  type: 'Real',
  host: '10.0.0.1',
  port: 6443,
  ...part,
});
const hrefs = (...parts: Partial<ClusterAddress>[]) => serverUrls(parts.map(address)).map(({ href }) => href);

test('the nearest way comes first, equal types stay in order, and each is tried once', () => {
  const order = hrefs(
    { type: 'Public', host: 'api.example.com', port: 443 },
    { host: 'm1' },
    { type: 'Advertise', host: 'vip' },
    { host: 'm2' },
    { host: 'm1' },
    { type: 'Internal', host: 'fd00::1' },
  );
  expect(order).toEqual([
    'https://[fd00::1]:6443/',
    'https://vip:6443/',
    'https://m1:6443/',
    'https://m2:6443/',
    'https://api.example.com/',
  ]);
});

test('a path leads through a proxy in another cluster', () => {
  const path = '/apis/proxies.clusternet.io/v1alpha1/sockets/0b9c/proxy/direct';
  expect(hrefs({ path })).toEqual([`https://10.0.0.1:6443${path}`]);
  expect(hrefs({ path: `${path}/` })).toEqual([`https://10.0.0.1:6443${path}`]);
  expect(hrefs({ path: '/' })).toEqual(['https://10.0.0.1:6443/']);
});

describe('what would lead elsewhere is refused', () => {
  test.each<[string, Partial<ClusterAddress>]>([
    ['a user', { host: 'evil@10.0.0.1' }],
    ['a path in the host', { host: '10.0.0.1/x' }],
    ['a query in the host', { host: '10.0.0.1?x' }],
    ['a port in the host', { host: '10.0.0.1:80' }],
    ['nothing', { host: '' }],
    ['port 0', { port: 0 }],
    ['port 65536', { port: 65536 }],
    ['a broken port', { port: 1.5 }],
    ['a relative path', { path: 'api' }],
    ['a query', { path: '/a?b' }],
    ['a fragment', { path: '/a#b' }],
    ['a way up', { path: '/a/../b' }],
    ['a way up at the end', { path: '/a/..' }],
  ])('%s', (_, part) => {
    expect(() => hrefs(part)).toThrow(expect.objectContaining({ code: 'InvalidClusterAddress', class: 'NeedsUser' }));
  });

  test('no address', () => {
    expect(() => hrefs()).toThrow('no address');
  });
});
