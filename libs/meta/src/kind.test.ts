import { expect, test } from '@jest/globals';

import { lease, secret } from './core-kinds.ts';
import { apiVersionOf, keyOf, keyString, kindKey, parseKey, resourcePath } from './kind.ts';

test.each([
  [{ namespace: 'a', name: 'b' }, undefined, '/api/v1/namespaces/a/secrets/b'],
  [{ namespace: 'a', name: 'b' }, 'status', '/api/v1/namespaces/a/secrets/b/status'],
  [{}, undefined, '/api/v1/secrets'],
  // RBAC names may hold upper case, colons and slashes-to-be: they must arrive as written.
  [{ namespace: 'a', name: 'system:Node/x' }, undefined, '/api/v1/namespaces/a/secrets/system%3ANode%2Fx'],
])('path of %j %s', (key, subresource, path) => {
  expect(resourcePath(secret, key, subresource)).toBe(path);
});

test('kinds outside the core group live below /apis', () => {
  expect(resourcePath(lease, { namespace: 'kube-system', name: 'x' })).toBe(
    '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x',
  );
  expect(apiVersionOf(lease)).toBe('coordination.k8s.io/v1');
  expect([kindKey(lease), kindKey(secret)]).toEqual(['leases.coordination.k8s.io', 'secrets']);
});

test.each([{ namespace: 'a', name: 'b' }, { name: 'b' }])('the key %j survives its text form', (key) => {
  expect(parseKey(keyString(key))).toEqual(key);
  expect(keyOf({ metadata: key })).toEqual(key);
});
