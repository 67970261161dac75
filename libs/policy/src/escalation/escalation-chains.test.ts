import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { KubeObject } from '@tke/meta';
import { cacheOf } from '@tke/runtime/testing';
import { FakeClock } from '@tke/time';
import type { AdmissionUser } from '@tke/webhook';

import { policyAdmissions } from '../admission/policy-admissions.ts';
import { registerInformers } from '../informers.ts';
import { ruleSources } from '../rules/sources.ts';
import { defaultPolicies, nameIn, seededSpec } from '../seeds/default-policies.ts';
import { compiledPlatform } from '../testing/compiled-platform.ts';
import {
  aCustomPolicyBinding,
  aGroup,
  anIdentity,
  aPolicy,
  aPolicyBinding,
  aRole,
  aRoleBinding,
  aTenant,
  statement,
} from '../testing/objects.ts';
import { admission, Story, tenantUser } from '../testing/story.ts';
import { RecentWrites } from './recent-writes.ts';

// What takes several writes, each of which looks harmless by itself.

let end: AbortController;
beforeEach(() => {
  end = new AbortController();
});
afterEach(() => {
  end.abort();
});

/** An ordinary user, who may read pods. */
const bob = tenantUser('bob');
/** An administrator of the tenant. */
const root = tenantUser('root');

const pods = ['namespace:*/pod:*'];
const mine = [{ id: 'usr-bob' }];
const allow = (name: string, actions: string[], resources: string[]) =>
  aPolicy(name, { statement: statement(actions, resources) });
const deny = (name: string, actions: string[], resources: string[]) =>
  aPolicy(name, { statement: statement(actions, resources, 'deny') });

const world: readonly KubeObject[] = [
  aTenant('default', 'local', { administrators: ['root'] }),
  ...['bob', 'dave', 'root'].map((name) => anIdentity(`usr-${name}`, name)),
  allow('pol-pods', ['getPod', 'listPods'], pods),
  aPolicyBinding('pb-pods', { policyID: 'pol-pods', users: mine }),
];
const story = (...more: readonly KubeObject[]) => new Story([...world, ...more], end.signal);
const done: string[] = [];

describe.each(defaultPolicies.map((shipped) => [nameIn('default', shipped), shipped] as const))(
  'the shipped policy %s',
  (name, shipped) => {
    const labels = {
      'auth.tkestack.io/tenant': 'default',
      'auth.tkestack.io/default-policy': shipped.displayName,
    };
    const full = aPolicy(name, seededSpec('default', shipped), { labels });
    const narrow = { ...full, spec: { ...full.spec, statement: statement(['getPod'], pods) } };

    test('is not narrowed, nor is what others narrowed deleted, so that the manager makes it strong again', async () => {
      expect(await story(full).write(bob, narrow)).toEqual(['spec.statement Forbidden']);
      const narrowed = story(narrow);
      expect(await narrowed.remove(bob, full)).toEqual(['spec.statement Forbidden']);
      const orphaned = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'gone' };
      const given = { ...narrow, metadata: { ...narrow.metadata, ownerReferences: [orphaned] } };
      expect(await narrowed.write(bob, given)).toEqual(['spec.statement Forbidden']);
    });

    test('nor deleted under its name, unmarked', async () => {
      const unmarked = { ...narrow, metadata: { name } };
      expect(await story(unmarked).remove(bob, unmarked)).toEqual(['spec.statement Forbidden']);
    });

    test('is narrowed and deleted by an administrator of the tenant', async () => {
      const told = story(full);
      expect(await told.write(root, narrow)).toEqual(done);
      expect(await told.remove(root, full)).toEqual(done);
    });
  },
);

test('what GitOps restores is not weakened to be bound first', async () => {
  const all = allow('pol-all', ['*'], ['*']);
  const role = aRole('rol-adm', { policies: ['pol-all'] });
  const told = story(all, role);
  expect(await told.write(bob, aRole('rol-adm', { policies: [] }))).toEqual(['spec.policies[0] Forbidden']);
  expect(await told.remove(bob, role)).toEqual(['spec.policies[0] Forbidden']);
  expect(await told.write(bob, aRoleBinding('rb', { roleID: 'rol-adm', users: mine }))).toEqual([
    'spec.roleID Forbidden',
  ]);
  expect(await told.write(bob, allow('pol-all', ['getPod'], pods))).toEqual(['spec.statement Forbidden']);
  expect(await told.remove(bob, all)).toEqual(['spec.statement Forbidden']);
  expect(await told.may(bob, 'delete', 'nodes/a')).toBe('noOpinion');
});

test('to revoke stays free: subjects are taken out by whoever may write the binding or group', async () => {
  const pb = (users: typeof mine) => aPolicyBinding('pb', { policyID: 'pol-all', users });
  const group = (users: typeof mine) => aGroup('grp-all', { users });
  const bound = aPolicyBinding('pb-g', { policyID: 'pol-all', groups: [{ id: 'grp-all' }] });
  const dave = [{ id: 'usr-dave' }];
  const told = story(allow('pol-all', ['*'], ['*']), pb(dave), group(dave), bound);
  expect(await told.write(bob, pb([]))).toEqual(done);
  expect(await told.write(bob, group([]))).toEqual(done);
  expect(await told.remove(bob, bound)).toEqual(done);
});

describe('a custom binding', () => {
  const policy = allow('pol-mine', ['getPod', 'listPods'], ['namespace:shop/pod:*']);
  const custom = (resources: string[], users = mine) =>
    aCustomPolicyBinding('cg', { policyID: 'pol-mine', resources, users });
  const wide = ['spec.resources[0] NotFound'];

  test.each(['gone', 'dying'])('is not widened while its policy is %s', async (state) => {
    const told = story(policy);
    expect(await told.write(bob, custom(['namespace:shop/pod:web']))).toEqual(done);
    expect(await told.remove(bob, policy)).toEqual(done);
    if (state === 'dying') {
      const metadata = { ...policy.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x.y/z'] };
      told.force({ ...policy, metadata });
    }
    expect(await told.write(bob, custom(['*']))).toEqual(wide);
    expect(await told.write(root, custom(['*']))).toEqual(wide);
    told.force(policy);
    expect(await told.may(bob, 'get', 'secrets/db', 'shop')).toBe('noOpinion');
    expect(await told.write(bob, custom(['namespace:shop/pod:web']))).toEqual(done);
  });

  test('may give resources up while its policy is away', async () => {
    const told = story(custom(['namespace:shop/pod:web', 'namespace:shop/pod:db']));
    expect(await told.write(bob, custom(['namespace:shop/pod:web']))).toEqual(done);
  });

  test('that waits for its policy keeps no name from one that has its own', async () => {
    const aged = (at: string) => ({ creationTimestamp: `2026-01-0${at}T00:00:00Z` });
    const squat = aCustomPolicyBinding(
      'ns2',
      { policyID: 'pol-b-pol-c', rulePrefix: 'x', resources: ['-'] },
      aged('1'),
    );
    const denying = aCustomPolicyBinding(
      'ns1',
      { policyID: 'pol-c', rulePrefix: 'x-pol-b', resources: pods, users: mine },
      aged('2'),
    );
    const policies = [deny('pol-c', ['getPod'], ['-']), squat];
    // The API server refuses such a prefix; what is stored already must do no harm.
    const stored = story(...policies, denying);
    expect(await stored.may(bob, 'get', 'pods/x', 'a')).toBe('deny');
    expect(await story(...policies).write(root, denying)).toEqual(['spec.rulePrefix Duplicate']);
  });
});

describe('a policy that denies', () => {
  const resources = ['namespace:a/pod:*', 'r2', 'r3', 'r4', 'r5'];
  const grown = (count: number) =>
    deny('pol-deny', ['getPod', ...Array.from({ length: count }, (_, at) => `x${at}`)], ['-']);
  const custom = aCustomPolicyBinding('cg', { policyID: 'pol-deny', resources, users: mine });

  test('goes on denying when it outgrows a custom binding, and does not do so by admission', async () => {
    const told = story(grown(0), custom);
    expect(await told.may(bob, 'get', 'pods/x', 'a')).toBe('deny');
    expect(await told.write(root, grown(1000))).toEqual(['spec.statement.actions Invalid']);
    expect(await told.write(root, grown(800))).toEqual(done);
    told.force(grown(1000));
    expect(await told.may(bob, 'get', 'pods/x', 'a')).toBe('deny');
  });

  test('locks nobody out who holds more than its author', async () => {
    const lock = deny('pol-lock', ['*'], ['*']);
    const everyone = aPolicyBinding('pb-lock', { policyID: 'pol-lock', users: [{ id: '*' }] });
    expect(await story().write(bob, lock)).toEqual(['spec.statement Forbidden']);
    expect(await story(lock).write(bob, everyone)).toEqual(['spec.policyID Forbidden']);
    expect(await story(grown(0), custom).write(bob, grown(1))).toEqual([
      'spec.statement Forbidden',
      'spec.statement Forbidden',
    ]);
  });

  test('is lifted by an administrator of the tenant, from himself too', async () => {
    const lock = deny('pol-lock', ['*'], ['*']);
    const told = story(lock, aPolicyBinding('pb-lock', { policyID: 'pol-lock', users: [{ id: '*' }] }));
    expect(await told.remove(root, aPolicyBinding('pb-lock', { policyID: 'pol-lock' }))).toEqual(done);
    expect(await told.remove(root, lock)).toEqual(done);
  });
});

describe('a group whose members credentials assert', () => {
  const inGroup = tenantUser('bob', ['grp-x']);
  const group = aGroup('grp-x');

  test('is not deleted to end what denies them', async () => {
    const bound = aPolicyBinding('pb-d', { policyID: 'pol-deny', groups: [{ id: 'grp-x' }] });
    const told = story(deny('pol-deny', ['getPod'], ['*']), group, bound);
    expect(await told.may(inGroup, 'get', 'pods/x', 'a')).toBe('deny');
    expect(await told.remove(inGroup, group)).toEqual(['metadata.name Forbidden']);
    expect(await told.remove(root, group)).toEqual(done);
  });

  test('is not created to make them strong', async () => {
    const bound = aPolicyBinding('pb-a', { policyID: 'pol-all', groups: [{ id: 'grp-x' }] });
    const told = story(allow('pol-all', ['*'], ['*']), bound);
    expect(await told.write(inGroup, group)).toEqual(['metadata.name Forbidden']);
    expect(await told.write(root, group)).toEqual(done);
  });
});

test('a policy does not take the name of what another tenant is shipped', async () => {
  const told = story();
  const named = (name: string) => allow(name, ['getPod'], pods);
  expect(await told.write(bob, named('pol-newtenant-administrator'))).toEqual(['metadata.name Forbidden']);
  expect(await told.write(bob, named('pol-default-administrator'))).toEqual(done);
  expect(await told.write(bob, named('pol-shop-administrators'))).toEqual(done);
});

describe('of two writes at once', () => {
  const weak = allow('pol-mine', ['getPod'], ['namespace:shop/pod:web']);
  const strong = allow('pol-mine', ['getPod', 'deletePod'], ['namespace:shop/pod:web']);
  const wide = aCustomPolicyBinding('cg', { policyID: 'pol-mine', resources: pods, users: mine });
  const held = [
    allow('pol-del', ['deletePod'], ['namespace:shop/pod:web']),
    aPolicyBinding('pb-del', { policyID: 'pol-del', users: mine }),
  ];
  const policyChange = { object: strong, oldObject: weak };
  const bindingChange = { object: wide };

  /** Admissions whose cache shows none of what they admit. */
  async function blind(...objects: readonly KubeObject[]) {
    const { cache, rules } = await compiledPlatform([...world, ...held, ...objects], end.signal);
    const admissions = policyAdmissions(cache, rules);
    return (change: { object?: KubeObject; oldObject?: KubeObject }, by: AdmissionUser = bob) =>
      admission(admissions, by, change);
  }

  test('each is admitted by itself, and the second is not', async () => {
    expect(await (await blind(weak))(bindingChange)).toEqual(done);
    const policyFirst = await blind(weak);
    expect(await policyFirst(policyChange)).toEqual(done);
    expect(await policyFirst(bindingChange)).toEqual(['spec.resources Forbidden']);
    const bindingFirst = await blind(weak);
    expect(await bindingFirst(bindingChange)).toEqual(done);
    expect(await bindingFirst(policyChange)).toEqual(['spec.statement Forbidden']);
  });

  test('a third that the server refuses does not hide the first', async () => {
    const ask = await blind(weak);
    expect(await ask(policyChange)).toEqual(done);
    const shrunk = allow('pol-mine', ['getPod'], ['namespace:shop/pod:web', 'namespace:shop/pod:db']);
    expect(await ask({ object: shrunk, oldObject: weak })).toEqual(done);
    expect(await ask(bindingChange)).toEqual(['spec.resources Forbidden']);
  });

  test("the platform's counts too", async () => {
    const ask = await blind(weak);
    expect(await ask(policyChange, { username: 'admin', uid: '', groups: [], extra: {} })).toEqual(done);
    expect(await ask(bindingChange)).toEqual(['spec.resources Forbidden']);
  });

  test('a role and its binding', async () => {
    const role = (policies: string[]) => aRole('rol-x', { policies });
    const elsewhere = allow('pol-nodes', ['getNode'], ['*']);
    const ask = await blind(elsewhere, role([]));
    expect(await ask({ object: role(['pol-nodes']), oldObject: role([]) }, root)).toEqual(done);
    expect(await ask({ object: aRoleBinding('rb', { roleID: 'rol-x', users: mine }) })).toEqual([
      'spec.roleID Forbidden',
    ]);
  });

  test('more of one object than are kept wait to be seen', async () => {
    const ask = await blind(weak);
    const version = (at: number) => allow('pol-mine', ['getPod'], [`namespace:shop/pod:web-${at}`]);
    for (let at = 0; at < 4; at += 1) {
      expect(await ask({ object: version(at), oldObject: weak })).toEqual(done);
    }
    await expect(ask({ object: version(5), oldObject: weak })).rejects.toMatchObject({
      code: 'WritesNotSeen',
      class: 'Retryable',
    });
  });

  test('what the cache shows, or does not show for long, is forgotten', async () => {
    const clock = new FakeClock();
    const seen = { ...weak, metadata: { name: 'pol-mine', uid: 'u', generation: 2 } };
    const cache = await cacheOf([seen], registerInformers, end.signal);
    const recent = new RecentWrites(cache, ruleSources(cache), clock);
    const request = (generation: number) => ({
      uid: '1',
      operation: 'UPDATE' as const,
      kind: { group: 'auth.tkestack.io', version: 'v1', kind: 'Policy' },
      name: 'pol-mine',
      userInfo: bob,
      dryRun: false,
      object: { ...strong, metadata: { name: 'pol-mine', uid: 'u', generation } },
      oldObject: weak,
    });
    recent.add({ ...request(3), dryRun: true });
    recent.add(request(2));
    expect(recent.worlds()).toHaveLength(1);
    recent.add(request(3));
    expect(recent.worlds()).toHaveLength(2);
    await clock.advance(10_000);
    expect(recent.worlds()).toHaveLength(1);
  });
});
