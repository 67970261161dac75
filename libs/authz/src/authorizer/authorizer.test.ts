import { describe, expect, test } from '@jest/globals';
import { everyoneKey, userKey } from '../rows/keys.ts';
import type { ResourceAttributes } from '@tke/meta';
import { auth, clusters, getPod, policies, setup } from './testing/fixture.ts';

test('before everything is read there is no answer', () => {
  const { ask, state } = setup();
  state.ready = false;
  expect(() => ask('ann', getPod)).toThrow(expect.objectContaining({ code: 'RulesNotSynced' }));
});

test('a review that asks nothing is an error and no answer', () => {
  const { authorizer } = setup();
  expect(() => authorizer.verdict({ user: 'ann', groups: ['tenant:t'] })).toThrow('exactly one');
});

/** Of tenant t. */
const own = { cluster: 'cls-own' };

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
    const foreign = { cluster: 'cls-foreign' };
    expect(ask('admin', getPod)).toBe('noOpinion');
    expect(ask('admin', getPod, foreign, 'other')).toBe('allow');
    expect(ask('root', getPod, foreign, 'other')).toBe('noOpinion');
  });

  test('an extra called debug changes nothing', () => {
    const { authorizer } = setup();
    const spec = { user: 'bob', extra: { tenantid: ['t'], debug: ['true'] }, resourceAttributes: getPod };
    expect(authorizer.verdict(spec).reason).not.toContain('pol-all');
  });
});

describe('administrators', () => {
  test('need no rows, but reserved verbs must be granted by name', () => {
    const { ask, rules } = setup();
    const impersonate = { verb: 'impersonate', resource: 'users', name: 'bob' };
    expect([ask('root', getPod, own), ask('root', impersonate, own)]).toEqual(['allow', 'noOpinion']);
    rules.upsert('lend', {
      ptype: 'p',
      v0: userKey('t', 'root'),
      v1: '*',
      v2: '*user:b*',
      v3: 'impersonateUser',
      v4: 'allow',
    });
    expect(ask('root', impersonate, own)).toBe('allow');
  });

  test('rows that deny hold for them too', () => {
    const { ask, rules } = setup();
    rules.upsert('no', { ptype: 'p', v0: everyoneKey('t'), v1: '*', v2: '*pod:x', v3: 'get*', v4: 'deny' });
    expect([ask('root', getPod), ask('root', { ...getPod, name: 'y' })]).toEqual(['deny', 'allow']);
  });

  test('a token of a service account is in nobody’s star either', () => {
    const { ask, rules } = setup();
    const token = { verb: 'create', resource: 'serviceaccounts', subresource: 'token', namespace: 'ns-a', name: 'x' };
    for (const [at, v3] of ['create*', 'createServiceaccount*', '*Token'].entries()) {
      rules.upsert(`star${at}`, { ptype: 'p', v0: userKey('t', 'ann'), v1: '*', v2: '*', v3, v4: 'allow' });
    }
    expect([ask('ann', token), ask('root', token)]).toEqual(['noOpinion', 'noOpinion']);
    const v3 = 'createServiceaccountToken';
    rules.upsert('mint', { ptype: 'p', v0: everyoneKey('t'), v1: '*', v2: '*', v3, v4: 'allow' });
    expect([ask('ann', token), ask('root', token)]).toEqual(['allow', 'allow']);
  });

  test.each(['impersonate', 'bind', 'escalate', 'approve', 'sign', 'use'])('%s is in nobody’s star', (verb) => {
    const { ask } = setup();
    expect([
      ask('root', { verb, resource: 'things', name: 'x' }, own),
      ask('ann', { verb, resource: 'things', name: 'x' }, own),
    ]).toEqual(['noOpinion', 'noOpinion']);
  });
});

describe('objects of tenants', () => {
  const named = (verb: string, name: string): ResourceAttributes => ({ verb, group: auth, resource: 'policies', name });
  const ofTenant = { key: 'spec.tenantID', operator: 'In', values: ['t'] };

  test.each<[string, ResourceAttributes, string]>([
    ['own', named('get', 'pol-own'), 'allow'],
    ['another tenant’s', named('get', 'pol-foreign'), 'deny'],
    ['another tenant’s status', { ...named('patch', 'pol-foreign'), subresource: 'status' }, 'deny'],
    ['another tenant’s, deleted', named('delete', 'pol-foreign'), 'deny'],
    ['another tenant’s, listed by name', named('list', 'pol-foreign'), 'deny'],
    ['nobody’s', named('update', 'pol-nobodys'), 'noOpinion'],
    ['not known', named('get', 'pol-new'), 'allow'],
    ['not known, watched by name', named('watch', 'pol-new'), 'noOpinion'],
    ['own, watched by name, which may be another tenant’s next', named('watch', 'pol-own'), 'noOpinion'],
    ['own, listed by name', named('list', 'pol-own'), 'noOpinion'],
    ['own, watched by name and tenant', { ...named('watch', 'pol-own'), fieldSelector: [ofTenant] }, 'allow'],
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
    const selected = [undefined, [others], [two], [kind], [ofTenant], [kind, ofTenant]];
    const expected = ['noOpinion', 'noOpinion', 'noOpinion', 'noOpinion', 'allow', 'allow'];
    for (const user of ['ann', 'root']) {
      expect(selected.map((fieldSelector) => ask(user, { ...all, fieldSelector }))).toEqual(expected);
    }
  });

  test('the answer says how to ask', () => {
    const { authorizer, spec } = setup();
    const how = (name: string) => authorizer.verdict(spec('ann', named('watch', name))).reason;
    expect([how(''), how('pol-own')]).toEqual([
      'policies.auth.tkestack.io of other tenants would be included: ask with --field-selector spec.tenantID=t',
      expect.stringContaining('--field-selector metadata.name=pol-own,spec.tenantID=t'),
    ]);
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
    ['cls-foreign', 'noOpinion'],
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
  test.each<[string, ResourceAttributes, string]>([
    ['a user', { resource: 'users', name: 'bob' }, 'allow'],
    ['the own tenant', { resource: 'groups', name: 'tenant:t' }, 'allow'],
    ['another tenant by group', { resource: 'groups', name: 'tenant:other' }, 'deny'],
    ['another tenant by extra', { resource: 'userextras', subresource: 'tenantid', name: 'other' }, 'deny'],
    ['another tenant by extra', { resource: 'userextras', subresource: 'tkestack.io/tenantid', name: 'other' }, 'deny'],
    ['system:masters', { resource: 'groups', name: 'system:masters' }, 'noOpinion'],
    ['a component', { resource: 'users', name: 'system:kube-scheduler' }, 'noOpinion'],
    ['a uid', { resource: 'uids', name: '1' }, 'allow'],
    ['a service account', { resource: 'serviceaccounts', namespace: 'ns-a', name: 'x' }, 'noOpinion'],
    ['a node', { verb: 'impersonate:arbitrary-node', resource: 'nodes', name: 'n' }, 'noOpinion'],
    ['anybody, on pods', { verb: 'impersonate-on:user-info:get', resource: 'pods', name: 'x' }, 'noOpinion'],
  ])('of %s (%j): %s', (_name, attributes, expected) => {
    const { ask, rules } = setup();
    rules.upsert('lend', { ptype: 'p', v0: userKey('t', 'ann'), v1: '*', v2: '*', v3: 'impersonate*', v4: 'allow' });
    expect(ask('ann', { verb: 'impersonate', ...attributes }, own)).toBe(expected);
  });
});
