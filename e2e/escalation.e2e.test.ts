import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { waitFor } from '@tke/envtest';

import { HubUnderTest, patience } from './hub-under-test.ts';

const minutes = 60_000;
// Longer than what a test waits for, so that a failure says what that was.
jest.setTimeout(10 * minutes);
const apiVersion = 'auth.tkestack.io/v1';
let hub: HubUnderTest;

const policy = (name: string, actions: string[], resources: string[], effect = 'allow') => ({
  apiVersion,
  kind: 'Policy',
  metadata: { name },
  spec: { displayName: name, tenantID: 'default', category: 'common', statement: { effect, actions, resources } },
});

const binding = (name: string, policyID: string, ...users: string[]) => ({
  apiVersion,
  kind: 'PolicyBinding',
  metadata: { name },
  spec: { tenantID: 'default', policyID, users: users.map((user) => ({ id: `usr-${user}`, name: user })) },
});

const list = (...items: object[]) => ({ apiVersion: 'v1', kind: 'List', items });

/** bob and carol may write policies and bindings. bob reads pods too, and is kept from one secret; carol may bind one policy. */
const world = list(
  policy('pol-author', ['*Policy', '*Policies', '*Policybinding', '*Policybindings'], ['policy:*', 'policybinding:*']),
  binding('pb-author', 'pol-author', 'bob', 'carol'),
  policy('pol-read-pods', ['getPod', 'listPods'], ['namespace:*/pod:*']),
  binding('pb-read-pods', 'pol-read-pods', 'bob'),
  policy('pol-strong', ['*'], ['namespace:default/*']),
  policy('pol-bind-strong', ['bindPolicy'], ['policy:pol-strong']),
  binding('pb-bind-strong', 'pol-bind-strong', 'carol'),
  policy('pol-no-secret', ['*Secret*'], ['namespace:default/secret:db'], 'deny'),
  binding('pb-no-secret', 'pol-no-secret', 'bob'),
);

beforeAll(async () => {
  hub = await HubUnderTest.create();
  await hub.up();
  await hub.apply(world);
  await hub.must(['wait', '--for=condition=Ready', '--timeout=120s', 'pb', '--all']);
  await untilAllowed('bob', 'create', 'policybindings.auth.tkestack.io', '-A');
  await untilAllowed('bob', 'list', 'pods', '-n', 'default');
  await untilAllowed('carol', 'bind', 'policies.auth.tkestack.io/pol-strong', '-A');
}, 15 * minutes);

afterAll(() => hub.remove(), 5 * minutes);

function untilAllowed(user: string, ...question: string[]): Promise<unknown> {
  return waitFor(async () => (await hub.can(user, ...question)).startsWith('yes'), {
    description: `${user} may ${question.join(' ')}`,
    timeoutMs: patience,
    intervalMs: 100,
  });
}

const create = (user: string, object: object) => hub.kubectl(['create', '-f', '-'], { user, input: object });
const done = { code: 0 };
const refused = (text: string) => ({ code: 1, stderr: expect.stringContaining(text) });

describe('bob, who may write policies and bindings', () => {
  test('grants nobody what he does not hold', async () => {
    expect(await create('bob', policy('pol-mine', ['*'], ['*']))).toMatchObject(refused('"*" on "*"'));
    expect(await create('bob', binding('pb-mine', 'pol-strong', 'bob'))).toMatchObject(
      refused('a policy grants bindPolicy on policy:pol-strong'),
    );
    const widened = [
      'patch',
      'policy',
      'pol-read-pods',
      '--type=merge',
      '-p',
      '{"spec":{"statement":{"actions":["*"]}}}',
    ];
    expect(await hub.kubectl(widened, { user: 'bob' })).toMatchObject(refused('"*" on "namespace:*/pod:*"'));
    expect(await create('bob', binding('pb-mine', 'pol-later', 'bob'))).toMatchObject(refused('a Policy that exists'));
  });

  test('passes on what he holds, a new policy and its binding at once', async () => {
    const granted = list(
      policy('pol-bobs', ['getPod'], ['namespace:default/pod:*']),
      binding('pb-bobs', 'pol-bobs', 'alice'),
      binding('pb-bobs-too', 'pol-read-pods', 'alice'),
    );
    expect(await create('bob', granted)).toMatchObject(done);
    await untilAllowed('alice', 'get', 'pods/web', '-n', 'default');
  });

  test('locks nobody out, and weakens nothing that is stronger than he is', async () => {
    expect(await create('bob', policy('pol-lock', ['*'], ['*'], 'deny'))).toMatchObject(refused('must not deny'));
    const patch = '{"spec":{"statement":{"actions":["getPod"],"resources":["namespace:default/pod:*"]}}}';
    for (const name of ['pol-strong', 'pol-default-administrator']) {
      const weakened = ['patch', 'policy', name, '--type=merge', '-p', patch];
      expect(await hub.kubectl(weakened, { user: 'bob' })).toMatchObject(refused('could not put back'));
      const deleted = ['delete', 'policy', name, '--wait=false'];
      expect(await hub.kubectl(deleted, { user: 'bob' })).toMatchObject(refused('could not put back'));
    }
    const taken = policy('pol-newtenant-administrator', ['getPod'], ['namespace:default/pod:*']);
    expect(await create('bob', taken)).toMatchObject(refused('another ending'));
  });

  test('does not take off what denies him something', async () => {
    const taken = ['delete', 'policybinding', 'pb-no-secret', '--wait=false'];
    expect(await hub.kubectl(taken, { user: 'bob' })).toMatchObject(refused('must not lift'));
    const emptied = ['patch', 'policybinding', 'pb-no-secret', '--type=merge', '-p', '{"spec":{"users":[]}}'];
    expect(await hub.kubectl(emptied, { user: 'bob' })).toMatchObject(refused('must not lift'));
    const orphaned =
      '{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"x","uid":"00000000-0000-0000-0000-000000000000"}]}}';
    const given = ['patch', 'policybinding', 'pb-no-secret', '--type=merge', '-p', orphaned];
    expect(await hub.kubectl(given, { user: 'bob' })).toMatchObject(refused('must not lift'));
    expect(
      await hub.kubectl(['delete', 'policybinding', 'pb-bobs-too', '--wait=false'], { user: 'bob' }),
    ).toMatchObject(done);
  });
});

test('carol, who may bind a policy by name, hands it out without holding it', async () => {
  expect(await create('carol', policy('pol-carols', ['*'], ['*']))).toMatchObject(refused('"*" on "*"'));
  expect(await create('carol', binding('pb-carols', 'pol-strong', 'alice'))).toMatchObject(done);
  await untilAllowed('alice', 'create', 'configmaps', '-n', 'default');
});

test('without the manager users of tenants hand out and take away nothing, and the platform goes on', async () => {
  await hub.kill('manager');
  const object = policy('pol-late', ['getPod'], ['namespace:default/pod:*']);
  expect(await create('bob', object)).toMatchObject(refused('tenants.policies.auth.tkestack.io'));
  const taken = ['delete', 'policybinding', 'pb-bobs', '--wait=false'];
  expect(await hub.kubectl(taken, { user: 'bob' })).toMatchObject(refused('tenants.policybindings.auth.tkestack.io'));
  await hub.apply(object);
  await hub.must(['delete', 'policy', 'pol-late', '--wait=false']);
  await hub.up();
  const later = policy('pol-later', ['getPod'], ['namespace:default/pod:x']);
  const created = async () => {
    const { code, stderr } = await create('bob', later);
    return code === 0 || Promise.reject(new Error(stderr));
  };
  await waitFor(created, { description: 'bob hands out again', timeoutMs: patience });
});
