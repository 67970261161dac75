import { expect, test } from '@jest/globals';

import { permissionsOf } from './permissions.ts';
import { subjectsOf } from '../rows/subject-key.ts';
import { world } from './testing/world.ts';

function permissions(of: ReturnType<typeof world>, name = 'bob') {
  return permissionsOf(of.rules, subjectsOf({ tenant: 't', kind: 'user', name })).map(
    ({ domain, effect, policy, actions, objects }) =>
      `${domain} ${effect} ${policy}: ${actions.join(',')} on ${objects.join(',')}`,
  );
}

test('objects with the same actions share a line, and denies come first', () => {
  const w = world();
  for (const action of ['listPods', 'getPod']) {
    w.allow('pol-a', 'namespace:x/*', action);
    w.allow('pol-a', 'namespace:y/*', action);
  }
  w.allow('pol-a', 'node:*', 'getNode');
  w.deny('pol-no', '*', '*Secret*');
  w.link(w.user('bob'), 'pol-a');
  w.link(w.user('bob'), 'pol-no');
  expect(permissions(w)).toEqual([
    '* deny pol-no: *Secret* on *',
    '* allow pol-a: getPod,listPods on namespace:x/*,namespace:y/*',
    '* allow pol-a: getNode on node:*',
  ]);
});

test('a project shows what it adds', () => {
  const w = world();
  w.allow('pol-a', '*', 'getPod');
  w.allow('pol-b', '*', 'getJob');
  w.link(w.user('bob'), 'pol-a');
  w.link(w.user('bob'), w.group('dev'));
  w.link(w.group('dev'), 'pol-a', 'prj-1');
  w.link(w.group('dev'), 'pol-b', 'prj-1');
  w.link(w.user('eve'), 'pol-b', 'prj-2');
  expect(permissions(w)).toEqual(['* allow pol-a: getPod on *', 'prj-1 allow pol-b: getJob on *']);
});

test('what a wider row contains is left out, and nothing else', () => {
  const w = world();
  w.allow('pol-wide', 'namespace:*', 'get*');
  w.allow('pol-wide', 'a/*/c', '*');
  w.allow('pol-wide', 'b/:x/c', '*');
  w.allow('pol-narrow', 'namespace:a/*', 'getPod');
  w.allow('pol-narrow', 'namespace:a/*', 'listPods');
  w.allow('pol-narrow', 'node:*', 'getNode');
  w.allow('pol-narrow', 'a/:x/c', '*');
  // A star is no segment: b/*/c is more than b/:x/c.
  w.allow('pol-narrow', 'b/*/c', '*');
  w.deny('pol-narrow', 'namespace:a/pod:x', 'getPod');
  w.link(w.user('bob'), 'pol-wide');
  w.link(w.user('bob'), 'pol-narrow');
  expect(permissions(w)).toEqual([
    '* deny pol-narrow: getPod on namespace:a/pod:x',
    '* allow pol-narrow: * on b/*/c',
    '* allow pol-narrow: listPods on namespace:a/*',
    '* allow pol-narrow: getNode on node:*',
    '* allow pol-wide: * on a/*/c',
    '* allow pol-wide: get* on namespace:*',
  ]);
});

test('what has to be spelled out is not contained in a star', () => {
  const w = world();
  w.allow('pol-a', '*', '*');
  w.allow('pol-a', '*', 'bindPolicy');
  w.allow('pol-a', '*', 'createServiceaccountToken');
  w.allow('pol-a', '*', 'createServiceaccount');
  w.link(w.user('bob'), 'pol-a');
  expect(permissions(w)).toEqual(['* allow pol-a: *,bindPolicy,createServiceaccountToken on *']);
});

test('of the same row by two Rules one is shown', () => {
  const w = world();
  w.allow('pol-a', '*', 'get*');
  w.rules.upsert('again', { ptype: 'p', v0: 'pol-a', v1: '*', v2: '*', v3: 'get*', v4: 'allow' });
  w.link(w.user('bob'), 'pol-a');
  expect(permissions(w)).toEqual(['* allow pol-a: get* on *']);
});
