import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { parseRequestKey, requestKey } from './request-key.ts';

test.each([
  [{ name: 'foo' }, 'foo'],
  [{ namespace: 'ns', name: 'foo' }, 'ns/foo'],
  [{ cluster: 'cls-1', name: 'foo' }, 'cls-1|foo'],
  [{ cluster: 'cls-1', namespace: 'ns', name: 'foo' }, 'cls-1|ns/foo'],
  [{ name: 'system:a|b' }, '|system:a|b'],
])('%j is %s', (request, key) => {
  expect(requestKey(request)).toBe(key);
  expect(parseRequestKey(key)).toEqual(request);
});

test('a request survives its key, whatever the names', () => {
  const label = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
  const name = fc.stringMatching(/^[a-z0-9.:|@_-]{1,20}$/);
  const request = fc.record({ cluster: label, namespace: label, name }, { requiredKeys: ['name'] });
  fc.assert(fc.property(request, (original) => expect(parseRequestKey(requestKey(original))).toEqual(original)));
});
