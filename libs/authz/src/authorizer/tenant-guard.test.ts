import { describe, expect, test } from '@jest/globals';
import type { ResourceAttributes } from '@tke/meta';
import { userKey } from '../rows/keys.ts';
import { auth, clusters, customPolicyBindings, getPod, policies, setup } from './testing/fixture.ts';

/** Of tenant t. */
const own = { cluster: 'cls-own' };

describe('objects of tenants', () => {
  const named = (verb: string, name: string): ResourceAttributes => ({ verb, group: auth, resource: 'policies', name });
  const ofTenant = { key: 'spec.tenantID', operator: 'In', values: ['t'] };

  test.each<[string, ResourceAttributes, string]>([
    ['own', named('get', 'pol-own'), 'allow'],
    ['another tenant’s', named('get', 'pol-foreign'), 'deny'],
    ['another tenant’s status', { ...named('patch', 'pol-foreign'), subresource: 'status' }, 'deny'],
    ['another tenant’s, deleted', named('delete', 'pol-foreign'), 'deny'],
    ['another tenant’s, listed by name', named('list', 'pol-foreign'), 'deny'],
    [
      'another tenant’s, in a namespace that its kind does not have',
      { ...named('get', 'pol-foreign'), namespace: 'ns-a' },
      'deny',
    ],
    ['nobody’s', named('update', 'pol-nobodys'), 'noOpinion'],
    ['not known', named('get', 'pol-new'), 'allow'],
    ['not known, watched by name', named('watch', 'pol-new'), 'noOpinion'],
    ['own, watched by name, which may be another tenant’s next', named('watch', 'pol-own'), 'noOpinion'],
    ['own, listed by name', named('list', 'pol-own'), 'noOpinion'],
    ['own, watched by name and tenant', { ...named('watch', 'pol-own'), fieldSelector: [ofTenant] }, 'allow'],
    ['created', named('create', ''), 'allow'],
    ['created by applying it, under a new name', named('patch', 'pol-new'), 'allow'],
    ['own, deleted', named('delete', 'pol-own'), 'allow'],
    [
      'another tenant’s subresource that no server has',
      { ...named('create', 'pol-foreign'), subresource: 'binding' },
      'deny',
    ],
    ['another tenant’s, by a verb of its own', named('use', 'pol-foreign'), 'deny'],
  ])('%s: %s', (_name, attributes, expected) => {
    const { ask } = setup();
    expect(ask('ann', attributes)).toBe(expected);
  });

  const needs = (operator: string, ...values: string[]) => ({ key: 'spec.tenantID', operator, values });
  const kind = { key: 'spec.type', operator: 'In', values: ['custom'] };
  const selectors: readonly [string, ResourceAttributes['fieldSelector'], string][] = [
    ['nothing, and all that servers without selectors in their reviews tell', undefined, 'noOpinion'],
    ['an empty list', [], 'noOpinion'],
    ['all but the tenant', [needs('NotIn', 't')], 'noOpinion'],
    ['all but another tenant', [needs('NotIn', 'other')], 'noOpinion'],
    ['two tenants', [needs('In', 't', 'other')], 'noOpinion'],
    ['no value', [needs('In')], 'noOpinion'],
    ['another tenant', [needs('In', 'other')], 'noOpinion'],
    ['the tenant in other letters', [needs('In', 'T')], 'noOpinion'],
    ['any tenant', [needs('Exists')], 'noOpinion'],
    ['another field', [kind], 'noOpinion'],
    ['a name', [{ key: 'metadata.name', operator: 'In', values: ['pol-own'] }], 'noOpinion'],
    ['the tenant', [needs('In', 't')], 'allow'],
    ['the tenant and more', [kind, needs('In', 't')], 'allow'],
    ['the tenant twice', [needs('In', 't'), needs('In', 't')], 'allow'],
    // All hold at once: nothing is both, and nothing of another tenant is among nothing.
    ['the tenant and another', [needs('In', 't'), needs('In', 'other')], 'allow'],
    ['the tenant and not the tenant', [needs('In', 't'), needs('NotIn', 't')], 'allow'],
  ];

  describe.each(['list', 'watch', 'deletecollection'])('%s, administrators too, limited to', (verb) => {
    test.each(selectors)('%s', (_name, fieldSelector, expected) => {
      const { ask } = setup();
      const asked = { ...named(verb, ''), fieldSelector };
      expect([ask('ann', asked), ask('root', asked)]).toEqual([expected, expected]);
    });
  });

  test('a label called as the field limits nothing', () => {
    const { ask } = setup();
    expect(ask('ann', { ...named('list', ''), labelSelector: [needs('In', 't')] })).toBe('noOpinion');
  });

  test.each<[string, ResourceAttributes, string]>([
    ['an own one', { verb: 'get', namespace: 'ns-a', name: 'own' }, 'allow'],
    ['another tenant’s', { verb: 'get', namespace: 'ns-a', name: 'foreign' }, 'deny'],
    ['one of the same name elsewhere', { verb: 'get', namespace: 'ns-b', name: 'foreign' }, 'allow'],
    ['those of a namespace', { verb: 'list', namespace: 'ns-a' }, 'noOpinion'],
    ['those of all namespaces', { verb: 'list' }, 'noOpinion'],
    ['those of a name in all namespaces', { verb: 'list', name: 'own' }, 'noOpinion'],
    ['the tenant’s in a namespace', { verb: 'list', namespace: 'ns-a', fieldSelector: [ofTenant] }, 'allow'],
    ['the tenant’s in all namespaces', { verb: 'watch', fieldSelector: [ofTenant] }, 'allow'],
  ])('in namespaces, %s', (_name, attributes, expected) => {
    const { ask } = setup();
    expect(ask('ann', { ...customPolicyBindings, resource: customPolicyBindings.plural, ...attributes })).toBe(
      expected,
    );
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

  test('an object that changes hands or goes changes the answer', () => {
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

describe('the quota of a project in a member cluster', () => {
  const ofQuota = (verb: string, namespace = 'web', resource = 'resourcequotas') => ({
    verb,
    resource,
    namespace,
    name: 'web',
  });

  test.each(['resourcequotas', 'limitranges'])('%s are read and not written, administrators included', (resource) => {
    const { ask, projects } = setup();
    projects.claim('cls-own', 'web', 'prj-a');
    const cluster = 'cls-own';
    for (const user of ['ann', 'root']) {
      expect(ask(user, ofQuota('get', 'web', resource), { cluster })).toBe('allow');
      for (const verb of ['create', 'update', 'patch', 'delete', 'deletecollection']) {
        expect([verb, ask(user, ofQuota(verb, 'web', resource), { cluster })]).toEqual([verb, 'noOpinion']);
      }
    }
  });

  test('is nobody’s business in namespaces of no project', () => {
    const { ask } = setup();
    expect(ask('ann', ofQuota('update', 'free'), { cluster: 'cls-own' })).toBe('allow');
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
