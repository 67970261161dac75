import { expect, test } from '@jest/globals';
import { builtinModel } from '../casbin/builtin-model.ts';
import { engineOf } from '../casbin/engine.ts';
import { everyoneKey, groupKey, userKey } from '../rows/keys.ts';
import { Authorizer } from './authorizer.ts';
import { getPod, setup } from './testing/fixture.ts';

test('the project is the namespace’s owner’s, and a group’s grant in it reaches the members', () => {
  const { authorizer, rules, ask } = setup();
  rules.upsert('in', { ptype: 'g', v0: userKey('t', 'bob'), v1: groupKey('t', 'grp-a'), v2: '*' });
  rules.upsert('prj', { ptype: 'g', v0: groupKey('t', 'grp-a'), v1: 'pol-all', v2: 'prj-a' });
  expect([ask('bob', getPod), ask('bob', { ...getPod, namespace: 'ns-b' })]).toEqual(['allow', 'noOpinion']);
  const claimed = {
    user: 'bob',
    groups: ['tenant:t', 'project:prj-a'],
    resourceAttributes: { ...getPod, namespace: 'ns-b' },
  };
  expect(authorizer.verdict(claimed).kind).toBe('noOpinion');
});

test('a grant to read contains no shell', () => {
  const { ask, rules } = setup();
  for (const [at, v3] of ['get*', 'list*', 'watch*'].entries()) {
    rules.upsert(`read${at}`, { ptype: 'p', v0: userKey('t', 'bob'), v1: '*', v2: '*', v3, v4: 'allow' });
  }
  for (const subresource of ['exec', 'attach', 'portforward', 'proxy']) {
    expect(ask('bob', { ...getPod, subresource })).toBe('noOpinion');
  }
  expect([
    ask('bob', { ...getPod, subresource: 'log' }),
    ask('bob', { verb: 'get', resource: 'nodes', name: 'n', subresource: 'proxy' }),
  ]).toEqual(['allow', 'noOpinion']);
});

test('a deny is told as one, with what denied', () => {
  const { authorizer, rules, spec } = setup();
  rules.upsert(
    'no',
    { ptype: 'p', v0: 'pol-no', v1: '*', v2: 'namespace:ns-a/configmap:db', v3: '*', v4: 'deny' },
    'Policy/pol-no',
  );
  rules.upsert('all-no', { ptype: 'g', v0: everyoneKey('t'), v1: 'pol-no', v2: '*' }, 'PolicyBinding/all-no');
  for (const attributes of [
    { verb: 'get', resource: 'configmaps', namespace: 'ns-a', name: 'db' },
    { verb: 'list', resource: 'configmaps', namespace: 'ns-a' },
    { verb: 'deletecollection', resource: 'configmaps', namespace: 'ns-a' },
    { verb: 'watch', resource: 'configmaps' },
  ]) {
    const status = authorizer.verdict(spec('ann', attributes));
    expect(status).toMatchObject({ kind: 'deny' });
    expect(status.reason).toContain('Policy/pol-no');
    expect(status.reason).toContain('PolicyBinding/all-no');
  }
  expect(authorizer.verdict(spec('ann', { verb: 'list', resource: 'configmaps', namespace: 'ns-b' })).kind).toBe(
    'allow',
  );
});

test('a deny on a collection holds for a list and a watch that name one of it', () => {
  const { ask, rules } = setup();
  for (const v3 of ['listSecrets', 'watchSecrets']) {
    rules.upsert(v3, { ptype: 'p', v0: everyoneKey('t'), v1: '*', v2: '*secret:*', v3, v4: 'deny' });
  }
  const named = { resource: 'secrets', namespace: 'ns-a', name: 'db' };
  expect(['list', 'watch', 'get'].map((verb) => ask('ann', { verb, ...named }))).toEqual(['deny', 'deny', 'allow']);
  const all = { verb: 'watch', resource: 'secrets', namespace: 'ns-a' };
  expect(ask('ann', all)).toBe('deny');
  rules.upsert('other', { ptype: 'p', v0: userKey('t', 'bob'), v1: '*', v2: '*', v3: 'watchPods', v4: 'allow' });
  expect(ask('bob', { ...getPod, verb: 'watch' })).toBe('noOpinion');
});

test('paths are asked of the rows', () => {
  const { authorizer, rules } = setup();
  rules.upsert('health', { ptype: 'p', v0: userKey('t', 'bob'), v1: '*', v2: '/healthz*', v3: 'list', v4: 'allow' });
  const ask = (path: string, verb = 'get') =>
    authorizer.verdict({ user: 'bob', groups: ['tenant:t'], nonResourceAttributes: { path, verb } }).kind;
  expect([ask('/healthz/etcd'), ask('/healthz', 'post'), ask('/metrics')]).toEqual(['allow', 'noOpinion', 'noOpinion']);
});

test('another model may be given', () => {
  const { rules, tenants, projects, hubTenants, spec } = setup();
  const model = builtinModel.replace('keyMatchCustom(r.obj, p.obj)', 'r.obj == p.obj');
  const authorizer = new Authorizer({
    rules,
    tenants,
    projects,
    hubTenants,
    ready: () => true,
    engine: engineOf(model),
  });
  expect(authorizer.verdict(spec('ann', getPod)).kind).toBe('noOpinion');
  rules.upsert('exact', { ptype: 'p', v0: 'pol-all', v1: '*', v2: 'namespace:ns-a/pod:x', v3: 'get*', v4: 'allow' });
  expect(authorizer.verdict(spec('ann', getPod))).toMatchObject({
    kind: 'allow',
    reason: expect.stringContaining('Rule/exact'),
  });
});
