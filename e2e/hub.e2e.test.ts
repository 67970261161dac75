import { join } from 'node:path';

import { isDeepStrictEqual } from 'node:util';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { waitFor } from '@tke/envtest';

import { grant, HubUnderTest, patience, repository } from './hub-under-test.ts';

const minutes = 60_000;
// Longer than what a test waits for, so that a failure says what that was.
jest.setTimeout(10 * minutes);
let hub: HubUnderTest;

beforeAll(async () => {
  hub = await HubUnderTest.create();
  await hub.up();
}, 15 * minutes);

afterAll(() => hub.remove(), 5 * minutes);

async function allowed(user: string, ...question: string[]): Promise<boolean> {
  return (await hub.can(user, ...question)).startsWith('yes');
}

function eventually(description: string, condition: () => Promise<boolean>): Promise<unknown> {
  return waitFor(condition, { description, timeoutMs: patience, intervalMs: 100 });
}

const alicesRights = () => eventually('alice may list pods', () => allowed('alice', 'list', 'pods'));

describe('a hub as make up leaves it', () => {
  test('runs all its processes, and starting it again changes none of the control plane', async () => {
    const before = await Promise.all(['etcd', 'kube-apiserver'].map((name) => hub.process(name)));
    await hub.up();
    const after = await Promise.all(['etcd', 'kube-apiserver'].map((name) => hub.process(name)));
    expect(after.map(({ pid }) => pid)).toEqual(before.map(({ pid }) => pid));
    expect(await hub.status()).not.toContain('not running');
  });

  test('gives the tenant the default policies and categories, all of them ready', async () => {
    const policies = JSON.parse(await hub.must(['get', 'policies', '-o', 'json'])) as {
      items: { status: { conditions: { type: string; status: string }[] } }[];
    };
    expect(policies.items.length).toBeGreaterThanOrEqual(31);
    const ready = policies.items.filter(({ status }) =>
      status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    );
    expect(ready).toHaveLength(policies.items.length);
    expect((await hub.must(['get', 'categories', '-o', 'name'])).split('\n')).toContain(
      'category.auth.tkestack.io/cluster',
    );
  });

  test('lets tenant users do nothing that nobody granted', async () => {
    for (const user of ['alice', 'bob', 'carol']) {
      expect(await hub.can(user, 'list', 'pods')).toMatch(/^no/);
    }
  });
});

describe('the samples, applied with kubectl', () => {
  test('decide what alice, bob and carol may do', async () => {
    await hub.must(['apply', '-k', join(repository, 'config/samples')]);
    await hub.must(['wait', '--for=condition=Ready', '--timeout=120s', 'pb,rlb,grp,rol', '--all']);
    const table = async () => ({
      'alice list pods': await allowed('alice', 'list', 'pods'),
      'alice get pods --subresource=log': await allowed('alice', 'get', 'pods', '--subresource=log'),
      'alice create pods --subresource=exec': await allowed('alice', 'create', 'pods', '--subresource=exec'),
      'alice get pods --subresource=exec': await allowed('alice', 'get', 'pods', '--subresource=exec'),
      'alice delete pods': await allowed('alice', 'delete', 'pods'),
      'bob create configmaps': await allowed('bob', 'create', 'configmaps'),
      'bob get secret web': await allowed('bob', 'get', 'secrets/web'),
      'bob get secret db-password': await allowed('bob', 'get', 'secrets/db-password'),
      'bob list secrets': await allowed('bob', 'list', 'secrets'),
      'bob create configmaps -n kube-system': await allowed('bob', 'create', 'configmaps', '-n', 'kube-system'),
      'carol list pods': await allowed('carol', 'list', 'pods'),
      'carol update deployments --subresource=scale': await allowed(
        'carol',
        'update',
        'deployments.apps',
        '--subresource=scale',
      ),
      'carol delete deployments': await allowed('carol', 'delete', 'deployments.apps'),
    });
    const expected = {
      'alice list pods': true,
      'alice get pods --subresource=log': true,
      'alice create pods --subresource=exec': false,
      'alice get pods --subresource=exec': false,
      'alice delete pods': false,
      'bob create configmaps': true,
      'bob get secret web': true,
      'bob get secret db-password': false,
      'bob list secrets': false,
      'bob create configmaps -n kube-system': false,
      'carol list pods': true,
      'carol update deployments --subresource=scale': true,
      'carol delete deployments': false,
    };
    await waitFor(async () => isDeepStrictEqual(await table(), expected), {
      description: 'all samples count',
      timeoutMs: patience,
    }).catch(() => undefined);
    expect(await table()).toEqual(expected);
  });

  test('are refused with a reason that names who asked for what', async () => {
    expect(await hub.can('bob', 'get', 'secrets/db-password')).toContain('pol-no-db-password');
    expect(await hub.can('alice', 'delete', 'pods')).toMatch(/no policy .*alice.* allows "deletePod"/);
  });
});

describe('a change of a binding', () => {
  test('counts as soon as it is applied, and its removal as soon as it is gone', async () => {
    const { policy, binding } = grant('service-reader', 'bob', ['listServices']);
    await hub.apply(policy);
    expect(await allowed('bob', 'list', 'services')).toBe(false);
    await hub.apply(binding);
    await eventually('bob may list services', () => allowed('bob', 'list', 'services'));
    await hub.must(['delete', 'policybinding', binding.metadata.name]);
    await eventually('bob may no longer list services', async () => !(await allowed('bob', 'list', 'services')));
  });

  test('by somebody who edits the compiled Rule is undone', async () => {
    const { policy, binding } = grant('endpoint-reader', 'bob', ['listEndpoints']);
    await hub.apply(policy);
    await hub.apply(binding);
    await eventually('bob may list endpoints', () => allowed('bob', 'list', 'endpoints'));
    const uid = (
      await hub.must(['get', 'policybinding', binding.metadata.name, '-o', 'jsonpath={.metadata.uid}'])
    ).trim();
    await hub.must(['delete', 'rules', '-l', `auth.tkestack.io/source-uid=${uid}`]);
    await eventually('the rule is back', () => allowed('bob', 'list', 'endpoints'));
  });
});

describe('when a part is down', () => {
  test('without the authz-webhook tenant users are refused and administrators are not', async () => {
    await hub.kill('authz-webhook');
    const { stderr, code } = await hub.kubectl(['get', 'pods'], { user: 'alice' });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('/auth/authz') });
    expect((await hub.kubectl(['get', 'pods'])).code).toBe(0);
    await hub.up();
    await alicesRights();
  });

  test('without the manager our kinds can be changed, CEL holds, and the work is done later', async () => {
    await hub.kill('manager');
    const { policy, binding } = grant('late', 'carol', ['listServices']);
    await hub.apply(policy);
    await hub.apply(binding);
    const moved = await hub.kubectl([
      'patch',
      'policy',
      'pol-late',
      '--type=merge',
      '-p',
      '{"spec":{"tenantID":"other"}}',
    ]);
    expect(moved.stderr).toContain('tenantID');
    const regex = await hub.kubectl(['apply', '-f', '-'], {
      input: { ...grant('regex', 'carol', ['get|list']).policy },
    });
    expect(regex).toMatchObject({ code: 1, stderr: expect.stringContaining('a pattern must be a glob') });
    await hub.must(['delete', 'policybinding', 'pb-developers', '--wait=false']);
    await hub.up();
    await eventually('carol may list services', () => allowed('carol', 'list', 'services'));
    await eventually('bob lost what his group had', async () => !(await allowed('bob', 'create', 'configmaps')));
  });

  test('a killed apiserver and a killed etcd leave the answers as they were', async () => {
    await hub.kill('kube-apiserver');
    await hub.kill('etcd');
    await hub.up();
    await alicesRights();
    const { policy, binding } = grant('after-restart', 'alice', ['listServices']);
    await hub.apply(policy);
    await hub.apply(binding);
    await eventually('alice may list services', () => allowed('alice', 'list', 'services'));
  });

  test('down and up keep the data', async () => {
    await hub.down();
    expect(await hub.status().catch((error: unknown) => (error as { stdout: string }).stdout)).toContain('not running');
    await hub.up();
    await alicesRights();
  });
});
