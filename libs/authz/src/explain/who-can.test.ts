import { expect, test } from '@jest/globals';

import type { ResourceAttributes } from '@tke/meta';

import { auth, world } from './testing/world.ts';
import { whoCan, type Grantee } from './who-can.ts';

const getPod: ResourceAttributes = { verb: 'get', resource: 'pods', namespace: 'ns-a', name: 'x' };

function grantees(of: ReturnType<typeof world>, resourceAttributes = getPod, tenant = 't'): readonly Grantee[] {
  return whoCan(of, [tenant], { resourceAttributes })[0]?.grantees ?? [];
}

const names = (list: readonly Grantee[]) => list.map(({ kind, name }) => `${kind} ${name}`.trim());

test('names users and groups with the policy that gives it, and the administrators', () => {
  const w = world();
  w.link(w.group('dev'), 'pol-all');
  w.link(w.user('bob'), w.group('dev'));
  w.link(w.user('eve'), 'pol-nothing');
  const found = grantees(w);
  expect(names(found)).toEqual(['administrator root', 'group dev', 'user ann', 'user bob']);
  expect(found[3]).toMatchObject({ by: { rule: { policy: 'pol-all' }, path: [{ role: 't##group##dev' }, {}] } });
});

test('leaves out whom a row denies it, administrators too, and says so of their group', () => {
  const w = world();
  w.deny('pol-no', 'namespace:ns-a/pod:x', '*');
  w.link(w.group('dev'), 'pol-all');
  w.link(w.user('bob'), w.group('dev'));
  w.link(w.user('bob'), 'pol-no');
  w.link(w.user('root'), 'pol-no');
  const found = grantees(w);
  expect(names(found)).toEqual(['group dev', 'user ann']);
  expect(found[0]).toMatchObject({ except: ['bob'] });
});

test('tells what everyone holds once', () => {
  const w = world();
  w.link(w.user('*'), 'pol-all');
  w.link(w.user('bob'), 'pol-nothing');
  w.deny('pol-no', '*', '*');
  w.link(w.user('eve'), 'pol-no');
  const found = grantees(w);
  expect(names(found)).toEqual(['administrator root', 'everyone', 'user ann']);
  expect(found[1]).toMatchObject({ except: ['eve'] });
});

test('counts project grants in that project only', () => {
  const w = world();
  w.link(w.user('bob'), 'pol-all', 'prj-a');
  w.link(w.user('eve'), 'pol-all', 'prj-b');
  expect(names(grantees(w))).toEqual(['administrator root', 'user ann', 'user bob']);
});

test('names nobody where the hub or the tenant of the object is in the way, and says why', () => {
  const w = world();
  const foreign = { verb: 'get', group: auth, resource: 'policies', name: 'pol-foreign' };
  expect(whoCan(w, ['t', 'other'], { resourceAttributes: foreign })).toMatchObject([
    { tenant: 't', objection: { part: 'tenantGuard' }, grantees: [] },
    { tenant: 'other', objection: undefined, grantees: [{ kind: 'administrator', name: 'admin' }] },
  ]);
  expect(whoCan(w, ['other'], { resourceAttributes: getPod })).toMatchObject([
    { objection: { part: 'hubCeiling' }, grantees: [] },
  ]);
});

test('a reserved verb is no administrator’s by itself', () => {
  const w = world();
  w.allow('pol-bind', '*', 'bindPolicy');
  w.link(w.user('bob'), 'pol-bind');
  expect(names(grantees(w, { verb: 'bind', group: auth, resource: 'policies', name: 'pol-own' }))).toEqual([
    'user bob',
  ]);
});
