import { describe, expect, test } from '@jest/globals';
import type { ResourceAttributes, SubjectAccessReviewSpec } from '@tke/meta';
import { everyoneKey, groupKey, userKey } from '../rows/keys.ts';
import { allow, apiKeys, byBob, deny, link, Platform, policies } from './testing/platform.ts';

/*
 * What TKEStack's authorization let pass, by rank. Each test asks both: a port of TKEStack's authorizer, which shows
 * the hole, and ours. Ranks that no decision can close, or not alone:
 *
 *   5  tokens trusted without a signature        there is no such authenticator
 *   6  X-TKE-K8sDecisionAllow                    no header is read; the check that it switched off is part of the decision, below
 *   7  X-Remote-* of the front proxy             authentication of kube-apiserver; contradicting claims below
 *  10  self-escalation by what is authored       admission of @tke/policy; raw rows below; id and name of a subject: @tke/policy compile
 *  11  RBAC before the webhook                   the order of authorizers in config/authz
 *  13  reviews of unauthenticated callers        mutual TLS in apps/authz-webhook, whose tests ask with other certificates
 *  14  authenticators that were nil, locks       configuration and authentication; missing tenants below
 *  15  drift, re-created users, p rows of roles  @tke/policy (compile, reconcile); what rows decide, below
 */

const bob = userKey('default', 'bob');
const everyone = everyoneKey('default');
const everything = [allow('pol-all', '*'), link(bob, 'pol-all')];
const getPod: ResourceAttributes = { verb: 'get', resource: 'pods', namespace: 'shop', name: 'x' };

describe('1: the project is nothing that the client chooses', () => {
  const member = () => new Platform(allow('pol-prj', '*'), link(bob, 'pol-prj', 'prj-a'));
  const certs = { verb: 'get', resource: 'configmaps', namespace: 'bank', name: 'certs' };

  test.each<[string, ResourceAttributes]>([
    ['a namespace of another project', certs],
    ['a namespace of no project', { ...certs, namespace: 'free' }],
    ['all namespaces', { verb: 'list', resource: 'pods' }],
    ['the tenant’s own settings', { verb: 'update', group: 'business.tkestack.io', resource: 'platforms', name: 'p' }],
    ['another project', { verb: 'update', group: 'business.tkestack.io', resource: 'projects', name: 'prj-b' }],
  ])('%s', (_name, asked) => {
    expect(member().ask(byBob(asked, 'project:prj-a'))).toEqual({ original: 'allow', ours: 'noOpinion' });
    expect(member().ask(byBob(asked, 'project:prj-a'), { cluster: 'cls-own' }).ours).toBe('noOpinion');
  });

  test('what is in the project stays reachable, whatever is claimed', () => {
    for (const claims of [[], ['project:prj-a'], ['project:prj-b'], ['project:*'], ['project:']]) {
      expect(member().ask(byBob(getPod, ...claims)).ours).toBe('allow');
      expect(member().ask(byBob(certs, ...claims)).ours).toBe('noOpinion');
    }
  });
});

test('2: a user called as the privileged one is nothing special, nor is another tenant’s administrator', () => {
  const platform = new Platform();
  const as = (user: string): SubjectAccessReviewSpec => ({ ...byBob(getPod), user });
  expect(platform.ask(as('admin'))).toEqual({ original: 'allow', ours: 'noOpinion' });
  expect(platform.ask(as('olga')).ours).toBe('noOpinion');
  expect(platform.ask(as('root')).ours).toBe('allow');
});

describe('3 and 4: objects of other tenants', () => {
  const asked = { group: policies.group, resource: policies.plural };
  const keys = { group: apiKeys.group, resource: apiKeys.plural };

  test.each<[string, ResourceAttributes, string]>([
    ['reading a credential', { ...keys, verb: 'get', name: 'foreign' }, 'deny'],
    ['watching all credentials', { ...keys, verb: 'watch' }, 'noOpinion'],
    ['destroying all credentials', { ...keys, verb: 'deletecollection' }, 'noOpinion'],
    ['watching', { ...asked, verb: 'watch' }, 'noOpinion'],
    ['watching one', { ...asked, verb: 'watch', name: 'foreign' }, 'deny'],
    ['changing one', { ...asked, verb: 'update', name: 'foreign' }, 'deny'],
    ['changing its status', { ...asked, verb: 'patch', subresource: 'status', name: 'foreign' }, 'deny'],
    ['binding it', { ...asked, verb: 'create', subresource: 'binding', name: 'foreign' }, 'deny'],
  ])('%s', (_name, resourceAttributes, ours) => {
    expect(new Platform(...everything).ask(byBob(resourceAttributes))).toEqual({ original: 'allow', ours });
  });

  test('nothing is exempt: a credential of one’s own needs a grant too', () => {
    const mine = byBob({ ...keys, verb: 'get', name: 'own' });
    expect(new Platform().ask(mine)).toEqual({ original: 'allow', ours: 'noOpinion' });
    expect(new Platform(...everything).ask(mine).ours).toBe('allow');
  });
});

test('6: the cluster of another tenant is out of reach, whatever rows allow', () => {
  const review = byBob(getPod, 'cluster:cls-foreign');
  const [foreign, own] = ['cls-foreign', 'cls-own'].map((cluster) =>
    new Platform(...everything).ask(review, { cluster }),
  );
  expect(foreign).toEqual({ original: 'allow', ours: 'noOpinion' });
  expect(own?.ours).toBe('allow');
});

test('7: who claims two tenants belongs to none', () => {
  const claims = { ...byBob(getPod), extra: { tenantid: ['default', 'other'] } };
  expect(new Platform(...everything).ask(claims)).toEqual({ original: 'allow', ours: 'noOpinion' });
});

describe('8: a grant to read contains no way in', () => {
  const reader = new Platform(...['get*', 'list*', 'watch*'].map((action) => allow(bob, '*', action)));
  test.each([
    ['pods', 'exec'],
    ['pods', 'attach'],
    ['pods', 'portforward'],
    ['pods', 'proxy'],
    ['services', 'proxy'],
  ])('%s/%s by GET, as a WebSocket asks', (resource, subresource) => {
    const asked = byBob({ ...getPod, resource, subresource });
    expect(reader.ask(asked)).toEqual({ original: 'allow', ours: 'noOpinion' });
    const granted = new Platform(allow(bob, '*', 'create*'));
    expect(granted.ask(asked).ours).toBe('allow');
  });

  test('nodes/proxy, which is a shell in every pod of the node', () => {
    const asked = byBob({ verb: 'get', resource: 'nodes', subresource: 'proxy', name: 'n' });
    expect(reader.ask(asked, { cluster: 'cls-own' })).toEqual({ original: 'allow', ours: 'noOpinion' });
  });

  test('logs are reading', () => {
    expect(reader.ask(byBob({ ...getPod, subresource: 'log' }))).toEqual({ original: 'allow', ours: 'allow' });
  });
});

describe('9: lent powers are in nobody’s star', () => {
  const rbac = 'rbac.authorization.k8s.io';
  const certificates = 'certificates.k8s.io';
  const lent: [string, ResourceAttributes, string][] = [
    ['impersonate', { verb: 'impersonate', resource: 'users', name: 'ann' }, 'impersonateUser'],
    ['bind', { verb: 'bind', group: rbac, resource: 'clusterroles', name: 'cluster-admin' }, 'bindClusterrole'],
    ['escalate', { verb: 'escalate', group: rbac, resource: 'roles', namespace: 'shop', name: 'r' }, 'escalateRole'],
    ['approve', { verb: 'approve', group: certificates, resource: 'signers', name: 's' }, 'approveSigner'],
    ['sign', { verb: 'sign', group: certificates, resource: 'signers', name: 's' }, 'signSigner'],
    ['use', { verb: 'use', group: 'policy', resource: 'podsecuritypolicies', name: 'p' }, 'usePodsecuritypolicy'],
    [
      'token',
      { ...getPod, verb: 'create', resource: 'serviceaccounts', subresource: 'token' },
      'createServiceaccountToken',
    ],
  ];

  test.each(lent)('%s', (_name, asked, action) => {
    const cluster = { cluster: 'cls-own' };
    expect(new Platform(...everything).ask(byBob(asked), cluster)).toEqual({ original: 'allow', ours: 'noOpinion' });
    const administrator = { ...byBob(asked), user: 'root' };
    expect(new Platform(...everything).ask(administrator, cluster)).toEqual({ original: 'allow', ours: 'noOpinion' });
    expect(new Platform(allow(bob, '*', action)).ask(byBob(asked), cluster).ours).toBe('allow');
  });

  test.each(['create*', 'createServiceaccount*', '*Token'])('a token by %s', (action) => {
    const token = { ...getPod, verb: 'create', resource: 'serviceaccounts', subresource: 'token' };
    expect(new Platform(allow(bob, '*', action)).ask(byBob(token))).toEqual({ original: 'allow', ours: 'noOpinion' });
  });

  test.each<[string, ResourceAttributes, string]>([
    ['another tenant', { resource: 'groups', name: 'tenant:other' }, 'deny'],
    ['system:masters', { resource: 'groups', name: 'system:masters' }, 'noOpinion'],
  ])('impersonation of %s, even where it is granted by name', (_name, asked, ours) => {
    const platform = new Platform(...everything, allow(bob, '*', 'impersonate*'));
    const review = byBob({ verb: 'impersonate', ...asked });
    expect(platform.ask(review, { cluster: 'cls-own' })).toEqual({ original: 'allow', ours });
  });
});

test('10: no policy writes rows', () => {
  const rows = byBob({ verb: 'create', group: policies.group, resource: 'rules' });
  expect(new Platform(...everything).ask(rows)).toEqual({ original: 'allow', ours: 'noOpinion' });
});

describe('11: a deny holds', () => {
  const secret: ResourceAttributes = { verb: 'get', resource: 'secrets', namespace: 'shop', name: 'db' };

  test('against an allow for everyone', () => {
    const platform = new Platform(
      allow('pol-all', '*'),
      link(everyone, 'pol-all'),
      deny('pol-no', '*secret:db'),
      link(bob, 'pol-no'),
    );
    expect(platform.ask(byBob(secret))).toEqual({ original: 'allow', ours: 'deny' });
  });

  test.each<[string, ResourceAttributes, string]>([
    ['list', { ...secret, verb: 'list', name: '' }, 'deny'],
    ['watch', { ...secret, verb: 'watch', name: '' }, 'deny'],
    ['deletecollection', { ...secret, verb: 'deletecollection', name: '' }, 'deny'],
    ['list of another namespace', { ...secret, verb: 'list', namespace: 'bank', name: '' }, 'allow'],
  ])('on one name against a %s', (_name, asked, ours) => {
    const platform = new Platform(...everything, deny('pol-all', 'namespace:shop/secret:db'));
    expect(platform.ask(byBob(asked))).toEqual({ original: 'allow', ours });
  });

  test.each([
    ['list', 'listSecrets'],
    ['watch', 'watchSecrets'],
  ])('on a collection against a %s of one', (verb, action) => {
    const platform = new Platform(...everything, deny('pol-all', '*', action));
    expect(platform.ask(byBob({ ...secret, verb }))).toEqual({ original: 'allow', ours: 'deny' });
    expect(platform.ask(byBob(secret)).ours).toBe('allow');
    // Nothing of the kind for an allow: it says what it says.
    expect(new Platform(allow(bob, '*', action)).ask(byBob({ ...secret, verb })).ours).toBe('noOpinion');
  });
});

describe('12: patterns are text', () => {
  const named = (name: string) => byBob({ ...getPod, name }, 'cluster:cls-own');

  test.each([
    ['a dot', 'cluster:cls-own/namespace:shop/pod:db.pw', 'dbxpw'],
    ['a plus', 'cluster:cls-own/namespace:shop/pod:a+', 'aa'],
    ['a question mark', 'cluster:cls-own/namespace:shop/pod:ab?', 'a'],
    ['an alternative', 'namespace:bank|pod:x', 'x'],
    ['a class, which lower case turns around', 'cluster:cls-own/namespace:shop/pod:x\\D', 'x1'],
    ['a segment, which widens what follows', 'cluster:cls-own/:any/pod:a', 'x'],
  ])('%s grants no more than it says', (_name, pattern, name) => {
    const platform = new Platform(allow(bob, pattern));
    expect(platform.ask(named(name), { cluster: 'cls-own' })).toEqual({ original: 'allow', ours: 'noOpinion' });
  });

  test.each([
    ['a comma', allow('pol-all', 'a,b')],
    ['a comma in an action', allow('pol-all', '*', 'get,list')],
    ['an unknown ptype', { ...allow('pol-all', '*'), ptype: 'q' }],
    ['a segment without a name', allow('pol-all', 'project:p/:')],
    ['a regular expression that is none', allow('pol-all', 'pod:a(b')],
  ])('%s in one row disturbs no other', (_name, poison) => {
    const platform = new Platform(...everything);
    expect(platform.ask(byBob(getPod))).toEqual({ original: 'allow', ours: 'allow' });
    platform.write('poison', poison);
    const { original, ours } = platform.ask(byBob(getPod));
    expect([original === 'allow', ours]).toEqual([false, 'allow']);
    platform.erase('poison');
    expect(platform.ask(byBob(getPod)).original).toBe('allow');
  });
});

describe('13: who asks', () => {
  test('the cluster of a review is the caller’s, and no claim changes it', () => {
    const platform = new Platform(allow(bob, 'cluster:cls-own/*'));
    expect(platform.ask(byBob(getPod, 'cluster:cls-own'))).toEqual({ original: 'allow', ours: 'noOpinion' });
    expect(platform.ask(byBob(getPod), { cluster: 'cls-own' }).ours).toBe('allow');
  });

  test('an extra called debug tells nothing of others’ rows', () => {
    const review = { ...byBob(getPod), extra: { tenantid: ['default'], debug: ['true'] } };
    const platform = new Platform(allow('pol-hidden', '*'), link(userKey('default', 'ann'), 'pol-hidden'));
    expect(platform.reason(review)).toBe(platform.reason(byBob(getPod)));
    expect(platform.reason(review)).not.toContain('pol-hidden');
  });
});

describe('14: without a tenant nothing is granted', () => {
  test.each<[string, Partial<SubjectAccessReviewSpec>]>([
    ['an empty extra', { extra: { tenantid: [] } }],
    ['an empty value', { extra: { tenantid: [''] } }],
    ['an empty group', { extra: {}, groups: ['tenant:'] }],
  ])('%s is no tenant, and not the one called default', (_name, claim) => {
    const review = { ...byBob(getPod), ...claim };
    expect(new Platform(...everything).ask(review)).toEqual({ original: 'allow', ours: 'noOpinion' });
  });

  test('who has none is not refused for others', () => {
    const account = { user: 'system:serviceaccount:shop:x', resourceAttributes: getPod };
    expect(new Platform(...everything).ask(account)).toEqual({ original: 'deny', ours: 'noOpinion' });
  });
});

describe('15: grants count as they are written, and end when they end', () => {
  const group = groupKey('default', 'grp-a');

  test('a project policy granted to a group', () => {
    const platform = new Platform(link(bob, group), link(group, 'pol-prj', 'prj-a'), allow('pol-prj', '*'));
    expect(platform.ask(byBob(getPod, 'project:prj-a'))).toEqual({ original: 'deny', ours: 'allow' });
    expect(platform.ask(byBob({ ...getPod, namespace: 'bank' })).ours).toBe('noOpinion');
  });

  test('a policy held through a role alone, the role by a group', () => {
    const platform = new Platform(
      link(bob, group),
      link(group, 'rol-a', 'prj-a'),
      link('rol-a', 'pol-x'),
      allow('pol-x', '*'),
    );
    expect(platform.ask(byBob(getPod, 'project:prj-a'))).toEqual({ original: 'deny', ours: 'allow' });
    platform.erase('row-2');
    expect(platform.ask(byBob(getPod)).ours).toBe('noOpinion');
  });

  test('a group that only the directory knows', () => {
    const platform = new Platform(link(groupKey('default', 'devs'), 'pol-x'), allow('pol-x', '*'));
    expect(platform.ask(byBob(getPod, 'devs'))).toEqual({ original: 'deny', ours: 'allow' });
    expect(platform.ask(byBob(getPod)).ours).toBe('noOpinion');
  });

  test.each<[string, (platform: Platform) => void]>([
    ['a policy that is renamed', (platform) => platform.write('row-0', allow('pol-new', '*'))],
    ['a role that loses its policy', (platform) => platform.erase('row-0')],
    ['a user who is removed', (platform) => platform.erase('row-1')],
    ['a scope that becomes a project’s', (platform) => platform.write('row-1', link(bob, 'pol-x', 'prj-b'))],
  ])('%s leaves nothing behind', (_name, change) => {
    const platform = new Platform(allow('pol-x', '*'), link(bob, 'pol-x'));
    expect(platform.ask(byBob(getPod)).ours).toBe('allow');
    change(platform);
    expect(platform.ask(byBob(getPod)).ours).toBe('noOpinion');
  });

  test('a role that changes its project holds there and nowhere else', () => {
    const platform = new Platform(allow('pol-x', '*'), link(bob, 'rol-a', 'prj-b'), link('rol-a', 'pol-x', 'prj-b'));
    const asked = (namespace: string) => platform.ask(byBob({ ...getPod, namespace })).ours;
    expect([asked('shop'), asked('bank')]).toEqual(['noOpinion', 'allow']);
    platform.write('row-1', link(bob, 'rol-a', 'prj-a'));
    expect([asked('shop'), asked('bank')]).toEqual(['noOpinion', 'noOpinion']);
    platform.write('row-2', link('rol-a', 'pol-x', 'prj-a'));
    expect([asked('shop'), asked('bank')]).toEqual(['allow', 'noOpinion']);
  });

  test('of two bindings of one grant, either may end', () => {
    const platform = new Platform(allow('pol-x', '*'), link(bob, 'pol-x'), link(bob, 'pol-x'));
    platform.erase('row-1');
    expect(platform.ask(byBob(getPod)).ours).toBe('allow');
    platform.erase('row-2');
    expect(platform.ask(byBob(getPod)).ours).toBe('noOpinion');
  });
});
