import { expect, test } from '@jest/globals';
import { builtinModel } from '../casbin/builtin-model.ts';
import { engineOf } from '../casbin/engine.ts';
import { everyoneKey, groupKey, userKey } from '../rows/keys.ts';
import { Authorizer } from './authorizer.ts';
import { getPod, setup } from './fixture.ts';

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
    { ptype: 'p', v0: 'pol-no', v1: '*', v2: 'namespace:ns-a/secret:db', v3: '*', v4: 'deny' },
    'Policy/pol-no',
  );
  rules.upsert('all-no', { ptype: 'g', v0: everyoneKey('t'), v1: 'pol-no', v2: '*' }, 'PolicyBinding/all-no');
  for (const attributes of [
    { verb: 'get', resource: 'secrets', namespace: 'ns-a', name: 'db' },
    { verb: 'list', resource: 'secrets', namespace: 'ns-a' },
    { verb: 'deletecollection', resource: 'secrets', namespace: 'ns-a' },
    { verb: 'watch', resource: 'secrets' },
  ]) {
    const status = authorizer.review(spec('ann', attributes));
    expect(status).toMatchObject({ allowed: false, denied: true });
    expect(status.reason).toContain('Policy/pol-no');
    expect(status.reason).toContain('PolicyBinding/all-no');
  }
  expect(authorizer.review(spec('ann', { verb: 'list', resource: 'secrets', namespace: 'ns-b' })).allowed).toBe(true);
});

test('the portal is open to every user of a tenant, and its name opens nothing else', () => {
  const { ask } = setup();
  expect(ask('bob', { verb: 'list', group: 'business.tkestack.io', resource: 'portal' })).toBe('allow');
  expect(ask('bob', { verb: 'list', group: 'example.org', resource: 'portal' })).toBe('noOpinion');
});

test('paths are asked of the rows', () => {
  const { authorizer, rules } = setup();
  rules.upsert('health', { ptype: 'p', v0: userKey('t', 'bob'), v1: '*', v2: '/healthz*', v3: 'list', v4: 'allow' });
  const ask = (path: string, verb = 'get') =>
    authorizer.verdict({ user: 'bob', groups: ['tenant:t'], nonResourceAttributes: { path, verb } }).kind;
  expect([ask('/healthz/etcd'), ask('/healthz', 'post'), ask('/metrics')]).toEqual(['allow', 'noOpinion', 'noOpinion']);
});

test('another model may be given', () => {
  const { rules, tenants, projects, spec } = setup();
  const model = builtinModel.replace('keyMatchCustom(r.obj, p.obj)', 'r.obj == p.obj');
  const authorizer = new Authorizer({ rules, tenants, projects, ready: () => true, engine: engineOf(model) });
  expect(authorizer.review(spec('ann', getPod)).allowed).toBe(false);
  rules.upsert('exact', { ptype: 'p', v0: 'pol-all', v1: '*', v2: 'namespace:ns-a/pod:x', v3: 'get*', v4: 'allow' });
  expect(authorizer.review(spec('ann', getPod))).toMatchObject({
    allowed: true,
    reason: expect.stringContaining('Rule/exact'),
  });
});
