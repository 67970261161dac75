import { describe, expect, test } from '@jest/globals';
import type { RuleIndex } from '../index/rule-index.ts';
import { userKey } from '../rows/keys.ts';
import type { ResourceAttributes } from '@tke/meta';
import { Authorizer } from './authorizer.ts';
import { auth, clusters, getPod, policies, setup } from './fixture.ts';

test('before everything is read there is no answer', () => {
  const { authorizer, state, spec } = setup();
  state.ready = false;
  expect(authorizer.review(spec('ann', getPod))).toEqual({
    allowed: false,
    denied: false,
    reason: expect.any(String),
    evaluationError: expect.stringContaining('not been read'),
  });
});

test('a review that asks nothing, and a fault inside, are errors and no answers', () => {
  const { authorizer, spec, rules, tenants, projects } = setup();
  expect(authorizer.review({ user: 'ann', groups: ['tenant:t'] }).evaluationError).toContain('exactly one');
  const engine = () => {
    throw new TypeError('broken');
  };
  const broken = new Authorizer({ rules, tenants, projects, ready: () => true, engine });
  expect(broken.verdict(spec('ann', getPod))).toMatchObject({
    kind: 'error',
    error: { code: 'DecisionFailed', class: 'Bug' },
  });
  expect(broken.review(spec('ann', getPod))).toMatchObject({
    allowed: false,
    denied: false,
    evaluationError: 'broken',
  });
});

describe('realm', () => {
  test('who has no tenant, or one that does not exist, is left to the others', () => {
    const { authorizer, ask } = setup();
    // Case 46 of TKEStack's conversion, which denied it.
    const account = { user: 'system:serviceaccount:kube-system:x', groups: ['system:serviceaccounts'] };
    expect(authorizer.verdict({ ...account, resourceAttributes: { verb: 'get', resource: 'pods' } }).kind).toBe(
      'noOpinion',
    );
    expect(ask('ann', getPod, {}, 'gone')).toBe('noOpinion');
    expect(ask('ann', getPod, {}, 'other')).toBe('noOpinion');
  });

  test('a user called as a privileged one, or as another tenant’s administrator, is nothing special', () => {
    const { ask } = setup();
    expect(ask('admin', getPod)).toBe('noOpinion');
    expect(ask('admin', getPod, {}, 'other')).toBe('allow');
    expect(ask('root', getPod, {}, 'other')).toBe('noOpinion');
  });

  test('an extra called debug changes nothing', () => {
    const { authorizer } = setup();
    const spec = { user: 'bob', extra: { tenantid: ['t'], debug: ['true'] }, resourceAttributes: getPod };
    expect(authorizer.review(spec).reason).not.toContain('pol-all');
  });
});

describe('administrators', () => {
  test('need no rows, but reserved verbs must be granted by name', () => {
    const { ask, rules } = setup();
    const impersonate = { verb: 'impersonate', resource: 'users', name: 'bob' };
    expect([ask('root', getPod), ask('root', impersonate)]).toEqual(['allow', 'noOpinion']);
    rules.upsert('lend', {
      ptype: 'p',
      v0: userKey('t', 'root'),
      v1: '*',
      v2: 'user:b*',
      v3: 'impersonateUser',
      v4: 'allow',
    });
    expect(ask('root', impersonate)).toBe('allow');
  });

  test.each(['impersonate', 'bind', 'escalate', 'approve', 'sign', 'use'])('%s is in nobody’s star', (verb) => {
    const { ask } = setup();
    expect([
      ask('root', { verb, resource: 'things', name: 'x' }),
      ask('ann', { verb, resource: 'things', name: 'x' }),
    ]).toEqual(['noOpinion', 'noOpinion']);
  });
});

describe('objects of tenants', () => {
  const named = (verb: string, name: string): ResourceAttributes => ({ verb, group: auth, resource: 'policies', name });
  const own = { key: 'spec.tenantID', operator: 'In', values: ['t'] };

  test.each<[string, ResourceAttributes, string]>([
    ['own', named('get', 'pol-own'), 'allow'],
    ['another tenant’s', named('get', 'pol-foreign'), 'deny'],
    ['another tenant’s status', { ...named('patch', 'pol-foreign'), subresource: 'status' }, 'deny'],
    ['another tenant’s, deleted', named('delete', 'pol-foreign'), 'deny'],
    ['another tenant’s, listed by name', named('list', 'pol-foreign'), 'deny'],
    ['nobody’s', named('update', 'pol-nobodys'), 'noOpinion'],
    ['not known', named('get', 'pol-new'), 'allow'],
    ['not known, watched by name', named('watch', 'pol-new'), 'noOpinion'],
    ['own, watched by name', named('watch', 'pol-own'), 'allow'],
    ['created', named('create', ''), 'allow'],
  ])('%s: %s', (_name, attributes, expected) => {
    const { ask } = setup();
    expect(ask('ann', attributes)).toBe(expected);
  });

  test.each(['list', 'watch', 'deletecollection'])('%s only those of the tenant, administrators too', (verb) => {
    const { ask } = setup();
    const all = named(verb, '');
    const others = { key: 'spec.tenantID', operator: 'NotIn', values: ['t'] };
    const two = { key: 'spec.tenantID', operator: 'In', values: ['t', 'other'] };
    const kind = { key: 'spec.type', operator: 'In', values: ['custom'] };
    const selected = [undefined, [others], [two], [kind], [own], [kind, own]];
    const expected = ['noOpinion', 'noOpinion', 'noOpinion', 'noOpinion', 'allow', 'allow'];
    for (const user of ['ann', 'root']) {
      expect(selected.map((fieldSelector) => ask(user, { ...all, fieldSelector }))).toEqual(expected);
    }
  });

  test('the answer says how to ask', () => {
    const { authorizer, spec } = setup();
    expect(authorizer.review(spec('ann', named('list', '')))).toEqual({
      allowed: false,
      denied: false,
      reason: 'policies.auth.tkestack.io of other tenants would be included: add --field-selector spec.tenantID=t',
    });
  });

  test('rows and administrators never reach what is the platform’s', () => {
    const { ask } = setup();
    const rule = { verb: 'create', group: auth, resource: 'rules' };
    expect([ask('ann', rule), ask('root', rule)]).toEqual(['noOpinion', 'noOpinion']);
  });

  test('an object that changes hands changes the answer', () => {
    const { ask, tenants } = setup();
    tenants.setOwner(policies, { name: 'pol-own' }, 'other');
    expect(ask('ann', named('get', 'pol-own'))).toBe('deny');
    tenants.removeOwner(policies, { name: 'pol-own' });
    expect(ask('ann', named('get', 'pol-own'))).toBe('allow');
  });
});

describe('member clusters', () => {
  test.each([
    ['cls-own', 'allow'],
    ['cls-foreign', 'deny'],
    ['cls-unknown', 'noOpinion'],
  ])('%s: %s', (cluster, expected) => {
    const { ask } = setup();
    expect([ask('ann', getPod, { cluster }), ask('root', getPod, { cluster })]).toEqual([expected, expected]);
  });

  test('a grant for one cluster is none for another, nor for the hub', () => {
    const { ask, rules, tenants } = setup();
    tenants.setOwner(clusters, { name: 'cls-2' }, 't');
    rules.upsert('one', {
      ptype: 'p',
      v0: userKey('t', 'bob'),
      v1: '*',
      v2: 'cluster:cls-own/*',
      v3: 'getPod',
      v4: 'allow',
    });
    expect([
      ask('bob', getPod, { cluster: 'cls-own' }),
      ask('bob', getPod, { cluster: 'cls-2' }),
      ask('bob', getPod),
    ]).toEqual(['allow', 'noOpinion', 'noOpinion']);
  });
});

describe('impersonation', () => {
  const lend = (rules: RuleIndex) =>
    rules.upsert('lend', { ptype: 'p', v0: userKey('t', 'ann'), v1: '*', v2: '*', v3: 'impersonate*', v4: 'allow' });

  test.each<[string, ResourceAttributes, string]>([
    ['a user', { resource: 'users', name: 'bob' }, 'allow'],
    ['the own tenant', { resource: 'groups', name: 'tenant:t' }, 'allow'],
    ['another tenant by group', { resource: 'groups', name: 'tenant:other' }, 'deny'],
    ['another tenant by extra', { resource: 'userextras', subresource: 'tenantid', name: 'other' }, 'deny'],
    ['another tenant by extra', { resource: 'userextras', subresource: 'tkestack.io/tenantid', name: 'other' }, 'deny'],
    ['system:masters', { resource: 'groups', name: 'system:masters' }, 'noOpinion'],
    ['a component', { resource: 'users', name: 'system:kube-scheduler' }, 'noOpinion'],
  ])('of %s (%j): %s', (_name, attributes, expected) => {
    const { ask, rules } = setup();
    lend(rules);
    expect(ask('ann', { verb: 'impersonate', ...attributes })).toBe(expected);
  });
});
