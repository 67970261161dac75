import { expect, test } from '@jest/globals';
import { builtinModel } from '../casbin/builtin-model.ts';
import { engineOf } from '../casbin/engine.ts';
import { everyoneKey, userKey } from '../rows/keys.ts';
import { Authorizer } from './authorizer.ts';
import { getPod, setup } from './testing/fixture.ts';

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
