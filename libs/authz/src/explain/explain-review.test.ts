import { describe, expect, test } from '@jest/globals';

import type { ResourceAttributes } from '@tke/meta';

import { explainReview } from './explain-review.ts';
import type { NearMiss } from './near-misses.ts';
import { auth, world } from './testing/world.ts';

const pod = (verb: string, name = ''): ResourceAttributes => ({ verb, resource: 'pods', namespace: 'ns-a', name });
const secret = (verb: string, name = ''): ResourceAttributes => ({ ...pod(verb, name), resource: 'secrets' });

function ask(
  of: ReturnType<typeof world>,
  attributes: ResourceAttributes,
  { user = 'bob', tenant = 't', groups = [] as string[] } = {},
) {
  return explainReview(of, { ...of.spec(user, attributes, tenant), groups });
}

const misses = (nearest: readonly NearMiss[] = []) => nearest.map(({ rule, failed }) => [rule.policy, failed]);

test('an allow shows the chain from the user to the row, and every other policy that allows it too', () => {
  const w = world();
  w.allow('pol-read', 'namespace:*/pod:*', 'getPod');
  w.allow('pol-more', '*', '*Pod*');
  w.link(w.user('bob'), w.group('dev'));
  w.link(w.group('dev'), 'rol-a');
  w.link('rol-a', 'pol-read');
  w.link(w.user('bob'), 'pol-more');
  const { verdict, rows } = ask(w, pod('get', 'x'));
  expect(verdict.kind).toBe('allow');
  expect(rows?.grants.map(({ rule }) => rule.policy)).toEqual(['pol-more', 'pol-read']);
  expect(rows?.grants[1]?.path.map(({ member, role, source }) => [member, role, source])).toEqual([
    ['t##user##bob', 't##group##dev', 'Binding/t##group##dev'],
    ['t##group##dev', 'rol-a', 'Binding/rol-a'],
    ['rol-a', 'pol-read', 'Binding/pol-read'],
  ]);
  expect(rows?.nearest).toEqual([]);
});

test('a deny shows the row that denies, those that miss by one part, and the grants that it outweighs', () => {
  const w = world();
  w.allow('pol-secrets', '*', '*Secret*');
  w.deny('pol-no-db', 'namespace:ns-a/secret:db', '*Secret*');
  w.deny('pol-no-write', 'namespace:ns-a/secret:*', 'updateSecret');
  w.deny('pol-unrelated', 'namespace:other/*', 'getPod');
  for (const policy of ['pol-secrets', 'pol-no-db', 'pol-no-write', 'pol-unrelated']) {
    w.link(w.user('bob'), policy);
  }
  const { verdict, rows } = ask(w, secret('list'));
  expect(verdict.kind).toBe('deny');
  expect(rows?.denies.map(({ by, failed }) => [by.rule.policy, failed])).toEqual([
    ['pol-no-db', undefined],
    ['pol-no-write', 'action'],
  ]);
  expect(rows?.grants.map(({ rule }) => rule.policy)).toEqual(['pol-secrets']);
});

describe('the nearest grants of a no', () => {
  test('say which one part fails, best first', () => {
    const w = world();
    w.allow('pol-object', 'namespace:ns-b/pod:*', 'deletePod');
    w.allow('pol-action', 'namespace:ns-a/pod:*', 'getPod');
    w.allow('pol-project', '*', 'deletePod');
    w.allow('pol-unbound', 'namespace:*', 'deletePod');
    w.allow('pol-both-fail', 'namespace:ns-b/pod:*', 'getPod');
    w.link(w.user('bob'), 'pol-object');
    w.link(w.user('bob'), 'pol-action');
    w.link(w.user('bob'), 'pol-both-fail');
    w.link(w.user('bob'), 'pol-project', 'prj-b');
    const { verdict, rows } = ask(w, pod('delete', 'x'));
    expect(verdict.kind).toBe('noOpinion');
    expect(misses(rows?.nearest)).toEqual([
      ['pol-project', 'project'],
      ['pol-object', 'object'],
      ['pol-action', 'action'],
      ['pol-unbound', 'holder'],
    ]);
    expect(rows?.nearest[0]).toMatchObject({ project: 'prj-b', held: { path: [{ domain: 'prj-b' }] } });
  });

  test('of a reserved verb name the row that would do if it spelled the verb out', () => {
    const w = world();
    w.allow('pol-star', '*', '*');
    w.link(w.user('bob'), 'pol-star');
    const { rows } = ask(w, { verb: 'bind', group: auth, resource: 'policies', name: 'pol-own' });
    expect(misses(rows?.nearest)).toEqual([['pol-star', 'reservedVerb']]);
  });

  test('never name a policy of another tenant', () => {
    const w = world();
    w.tenants.setOwner({ group: auth, plural: 'policies' }, { name: 'pol-all' }, 'other');
    expect(ask(w, pod('get', 'x')).rows?.nearest).toEqual([]);
    w.tenants.setOwner({ group: auth, plural: 'policies' }, { name: 'pol-all' }, 't');
    expect(misses(ask(w, pod('get', 'x')).rows?.nearest)).toEqual([['pol-all', 'holder']]);
  });

  test('are five at most, one of each policy, the most alike first, and nothing unlike', () => {
    const w = world();
    for (let at = 0; at < 9; at += 1) {
      w.allow(`pol-${at}`, 'namespace:ns-a/pod:*', at === 7 ? 'deletePods' : 'getPod');
      w.allow(`pol-${at}`, 'namespace:ns-a/pod:*', 'listPods');
      w.link(w.user('bob'), `pol-${at}`);
    }
    w.allow('pol-unlike', '*', 'createChartgroup');
    w.link(w.user('bob'), 'pol-unlike');
    const nearest = ask(w, pod('delete', 'x')).rows?.nearest ?? [];
    expect(nearest[0]?.rule.policy).toBe('pol-7');
    expect(new Set(nearest.map(({ rule }) => rule.policy)).size).toBe(5);
    expect(nearest.map(({ rule }) => rule.policy)).not.toContain('pol-unlike');
  });
});

describe('what keeps a request from the rows', () => {
  test('is the ceiling of the hub', () => {
    const { verdict, rows } = ask(world(), { ...pod('get', 'x'), namespace: 'kube-system' }, { user: 'ann' });
    expect(verdict.kind).toBe('noOpinion');
    expect(rows?.objection).toEqual({ part: 'hubCeiling', verdict });
    expect(rows?.grants.map(({ rule }) => rule.policy)).toEqual(['pol-all']);
  });

  test('is the tenant of the object', () => {
    const attributes = { verb: 'get', group: auth, resource: 'policies', name: 'pol-foreign' };
    const { verdict, rows } = ask(world(), attributes, { user: 'ann' });
    expect([verdict.kind, rows?.objection?.part]).toEqual(['deny', 'tenantGuard']);
    expect(ask(world(), { ...attributes, name: 'pol-own' }, { user: 'ann' }).rows?.objection).toBeUndefined();
  });

  test('is that nobody knows the tenant', () => {
    expect(ask(world(), pod('get', 'x'), { user: 'ann', tenant: 'nobody' })).toMatchObject({
      verdict: { kind: 'noOpinion' },
      rows: undefined,
    });
  });
});

test('an administrator is told from somebody who holds a row, and not for reserved verbs', () => {
  const w = world();
  expect(ask(w, pod('get', 'x'), { user: 'root' })).toMatchObject({
    verdict: { kind: 'allow' },
    rows: { administers: true, grants: [] },
  });
  const bind = { verb: 'bind', group: auth, resource: 'policies', name: 'pol-own' };
  expect(ask(w, bind, { user: 'root' })).toMatchObject({
    verdict: { kind: 'noOpinion' },
    rows: { administers: false },
  });
  expect(ask(w, pod('get', 'x')).rows?.administers).toBe(false);
});

test('groups that a directory tells are part of the question', () => {
  const w = world();
  w.link(w.group('ops'), 'pol-all');
  expect(ask(w, pod('get', 'x')).verdict.kind).toBe('noOpinion');
  expect(ask(w, pod('get', 'x'), { groups: ['ops'] })).toMatchObject({
    verdict: { kind: 'allow' },
    rows: { grants: [{ subject: 't##group##ops' }] },
  });
});
