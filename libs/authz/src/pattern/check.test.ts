import { expect, test } from '@jest/globals';
import { checkPattern, type PatternKind } from './check.ts';

test.each<[string, PatternKind, string]>([
  ['', 'action', 'empty'],
  [' get*', 'action', 'blank'],
  ['get* ', 'action', 'blank'],
  ['get pod', 'action', 'blanks'],
  ['pods/exec', 'action', '"/"'],
  ['a,b', 'resource', '","'],
  ['get|list', 'action', '"|"'],
  ['pod:a\u0000', 'resource', 'control'],
  ['pod:a\u202Eb', 'resource', 'invisible'],
  ['pod:a\nb', 'resource', 'control'],
  ['project:p/:', 'resource', '"/:"'],
  ['a/:/b', 'resource', '"/:"'],
  ['a/:x*', 'resource', '"/:"'],
  ['pod:a+b', 'resource', 'regular-expression'],
  ['pod?', 'resource', 'regular-expression'],
  ['pod:a(b', 'resource', 'regular-expression'],
  ['pod:[a-', 'resource', 'regular-expression'],
  ['pod:web\\D', 'resource', 'regular-expression'],
  ['^pod:web$', 'resource', 'regular-expression'],
  ['.*', 'resource', '".*"'],
  ['namespace:.*', 'resource', '".*"'],
  ['x'.repeat(129), 'action', '128'],
  ['x'.repeat(513), 'resource', '512'],
])('%j is refused as %s (%s)', (text, kind, about) => {
  const problems = checkPattern(text, kind);
  expect(problems.map(({ rule }) => rule).join('; ')).toContain(about);
  expect(problems.every(({ remedy }) => remedy !== '')).toBe(true);
});

test('every broken rule is named at once', () => {
  expect(checkPattern(' a,b|c', 'resource')).toHaveLength(3);
});

test.each<[string, PatternKind]>([
  ['*', 'action'],
  ['*', 'resource'],
  ['-', 'resource'],
  ['impersonate:user-info*', 'action'],
  ['cluster:cls-xxxxxxx/namespace:*', 'resource'],
  ['cluster:c1/:any/pod:web', 'resource'],
  ['namespace:ns1/configmap:kube-root-ca.*', 'resource'],
  ['namespace:ns1/secret:db.pw', 'resource'],
  ['clusterrole:system:node reader', 'resource'],
  ['/healthz/*', 'resource'],
])('%s is a good %s', (text, kind) => {
  expect(checkPattern(text, kind)).toEqual([]);
});

test.each(['*Addon*', '*alarmpolicies', 'createPodExec', 'listAppHistories', 'get', 'watch*'])(
  '%s, as the shipped policies spell it, is good',
  (text) => {
    expect(checkPattern(text, 'action')).toEqual([]);
  },
);
