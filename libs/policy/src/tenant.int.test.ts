import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { category, identityProvider, localIdentity, policy, rule, type Policy } from '@tke/api-auth';
import { waitFor } from '@tke/envtest';
import type { KubeObject } from '@tke/meta';

import { aPolicy, aTenant, statement } from './testing/objects.ts';
import { Platform, timeoutMs } from './testing/platform.ts';
import { contentDigest } from './seeds/digest.ts';
import { seededPartOf } from './seeds/default-policies.ts';
import { seedDigestAnnotation } from './names.ts';

// More than all that a test waits for.
jest.setTimeout(1_800_000);
/** For 1,835 rows, or the end of them. Milliseconds. */
const longMs = 300_000;

const tenant = aTenant('acme');
const idp = (reason: string) => platform.untilReason(identityProvider, tenant, reason);

// As TKEStack's database has it: a generated name, a description, and its own finalizers.
const addons = aPolicy(
  'pol-2tg5rdqf',
  {
    tenantID: 'acme',
    displayName: 'ConfigFullAccess',
    category: 'config',
    type: 'default',
    scope: '',
    username: 'admin',
    description: 'TKEStack wrote this',
    finalizers: ['policy'],
    statement: statement(['*Configmap*', '*Configmaps*', '*Secret*', '*Secrets*']),
  },
  { generateName: 'pol-' },
);
const rival = aPolicy('pol-acme-viewer', { tenantID: 'other' });

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start();
  await platform.apply(addons, rival);
  await platform.startManager();
  await platform.apply(tenant);
});
afterAll(() => platform.stop());

const policiesOf = async (name: string): Promise<Policy[]> =>
  (await platform.admin.list(policy, { fieldSelector: `spec.tenantID=${name}` })).items;

async function untilChanged(name: string, changed: (object: Policy) => boolean): Promise<Policy> {
  let found: Policy | undefined;
  await waitFor(
    async () => {
      found = await platform.admin.get(policy, { name });
      return changed(found);
    },
    { description: `${name} is changed`, timeoutMs },
  );
  return found!;
}

const edit = (name: string, body: object) => platform.admin.patch(policy, { name }, { type: 'merge', body });

describe('a new tenant', () => {
  test('whose policy names another tenant took says so, and gets the rest', async () => {
    const { message } = await idp('NameTaken');
    expect(message).toMatch(/pol-acme-viewer/);
    expect(await policiesOf('acme')).toHaveLength(30);
    expect((await platform.admin.get(policy, { name: 'pol-acme-viewer' })).spec.tenantID).toBe('other');
    await platform.remove(policy, 'pol-acme-viewer');
    expect((await idp('Succeeded')).message).toBe('31 default policies');
  });

  test('has the default policies, marked and owned, and all their rows', async () => {
    const policies = await policiesOf('acme');
    expect(policies).toHaveLength(31);
    for (const { metadata, spec } of policies) {
      expect(spec.type).toBe('default');
      expect(metadata.labels).toMatchObject({
        'auth.tkestack.io/tenant': 'acme',
        'auth.tkestack.io/default-policy': spec.displayName,
      });
      expect(metadata.ownerReferences).toEqual([expect.objectContaining({ kind: 'IdentityProvider', name: 'acme' })]);
    }
    await waitFor(async () => (await platform.admin.list(rule)).items.length === 1835, {
      description: '1,835 rows',
      timeoutMs: longMs,
    });
    await platform.untilReason(policy, aPolicy('pol-acme-project-member'), 'Succeeded');
    const { status } = await platform.admin.get(policy, { name: 'pol-acme-project-member' });
    expect(status?.rules).toBe(302);
  });

  test('keeps the policy that TKEStack made under a generated name, and what is written there', async () => {
    const stored = await platform.admin.get(policy, { name: 'pol-2tg5rdqf' });
    expect(stored.spec.description).toBe('TKEStack wrote this');
    const twins = (await policiesOf('acme')).filter(({ spec }) => spec.displayName === 'ConfigFullAccess');
    expect(twins.map(({ metadata }) => metadata.name)).toEqual(['pol-2tg5rdqf']);
  });

  test('gets no account with a password everybody knows', async () => {
    expect((await platform.admin.list(localIdentity)).items).toEqual([]);
  });
});

describe('a default policy', () => {
  test('that is deleted comes back', async () => {
    const { metadata } = await platform.admin.get(policy, { name: 'pol-acme-platform' });
    await platform.admin.delete(policy, { name: 'pol-acme-platform' });
    const again = await untilChanged('pol-acme-platform', (object) => object.metadata.uid !== metadata.uid);
    expect(again.spec.statement).toEqual({ actions: ['*'], resources: ['*'], effect: 'allow' });
    await platform.untilRows('Policy/pol-acme-platform', ['p pol-acme-platform * * * allow']);
  });

  test('that was edited stays as it is, and the tenant says so until the edit is undone', async () => {
    const before = await platform.admin.get(policy, { name: 'pol-acme-monitorfullaccess' });
    await edit('pol-acme-monitorfullaccess', { spec: { displayName: 'Ours', statement: { actions: ['getMetric'] } } });
    const noted = async () =>
      (await idp('Succeeded')).message ===
      '31 default policies; edited by users and left as they are: pol-acme-monitorfullaccess';
    await waitFor(noted, { description: 'the edit is noted', timeoutMs });
    await platform.stopManager();
    await platform.startManager();
    await waitFor(noted, { description: 'the edit is noted after a restart', timeoutMs });
    const after = await platform.admin.get(policy, { name: 'pol-acme-monitorfullaccess' });
    expect(after.spec).toMatchObject({ displayName: 'Ours', statement: { actions: ['getMetric'] } });
    expect(await policiesOf('acme')).toHaveLength(31);
    expect(platform.events).toContainEqual(
      expect.objectContaining({
        object: 'IdentityProvider/acme',
        type: 'Normal',
        note: expect.stringContaining('edited'),
      }),
    );
    await edit('pol-acme-monitorfullaccess', { spec: before.spec });
    await waitFor(async () => (await idp('Succeeded')).message === '31 default policies', {
      description: 'no edit is noted',
      timeoutMs,
    });
  });

  test('that nobody edited follows what a newer version ships', async () => {
    const current = await platform.admin.get(policy, { name: 'pol-acme-platform' });
    const older = { ...current, spec: { ...current.spec, statement: statement(['get*']), description: 'local note' } };
    await platform.stopManager();
    const annotations = { [seedDigestAnnotation]: contentDigest(seededPartOf(older)) };
    await edit('pol-acme-platform', { metadata: { annotations }, spec: older.spec });
    await platform.startManager();
    const updated = await untilChanged('pol-acme-platform', ({ spec }) => spec.statement.actions[0] === '*');
    expect(updated.spec.description).toBe('local note');
  });
});

describe('categories', () => {
  test('are there once for all tenants, and come back', async () => {
    const all = async () => (await platform.admin.list(category)).items.map(({ metadata }) => metadata.name);
    await waitFor(async () => (await all()).length === 12, { description: 'the categories are there', timeoutMs });
    await platform.admin.delete(category, { name: 'network' });
    await waitFor(async () => (await all()).length === 12, { description: 'the category is back', timeoutMs });
    const network = { metadata: { name: 'network' } } as KubeObject;
    expect((await platform.untilReason(category, network, 'Succeeded')).message).toBe('as shipped');
  });

  test('that were edited stay, and those of users are theirs', async () => {
    const Spec = { displayName: 'Unser Netz', actions: [{ name: 'getIngress' }] };
    const own = { apiVersion: 'auth.tkestack.io/v1', kind: 'Category', metadata: { name: 'own' }, Spec };
    await platform.admin.patch(category, { name: 'network' }, { type: 'merge', body: { Spec } });
    await platform.admin.create(category, own);
    expect((await platform.untilReason(category, own, 'Succeeded')).message).toBe('written by users');
    const noted = async () =>
      (await platform.untilReason(category, { metadata: { name: 'network' } } as KubeObject, 'Succeeded')).message ===
      'edited by users and left as it is';
    await waitFor(noted, { description: 'the edit is noted', timeoutMs });
    expect((await platform.admin.get(category, { name: 'network' })).Spec).toEqual(Spec);
  });
});

test('a server that goes away while a tenant is set up costs nothing but time', async () => {
  const second = aTenant('second', 'ldap');
  await platform.apply(second);
  await platform.controlPlane.restartApiServer();
  await platform.untilReason(identityProvider, second, 'Succeeded');
  const rows = async () => {
    const counts = (await policiesOf('second')).map(({ status }) => status?.rules ?? 0);
    return counts.reduce((sum, count) => sum + count, 0) === 1835;
  };
  await waitFor(rows, { description: 'all rows of the second tenant', timeoutMs: longMs });
  await platform.remove(identityProvider, 'second');
  await waitFor(async () => (await policiesOf('second')).length === 0, { description: 'its end', timeoutMs: longMs });
});

test('a tenant that goes takes its default policies and all their rows with it, and may come back', async () => {
  await edit('pol-acme-networkfullaccess', { spec: { displayName: 'edited before the end' } });
  const custom = aPolicy('pol-own', { tenantID: 'acme' });
  await platform.apply(custom);
  await platform.remove(identityProvider, 'acme');
  const left = async () => (await policiesOf('acme')).map(({ metadata }) => metadata.name).join();
  await waitFor(async () => (await left()) === 'pol-own', {
    description: 'default policies are gone',
    timeoutMs: longMs,
  });
  await waitFor(async () => (await platform.admin.list(rule)).items.length === 1, {
    description: 'rows are gone',
    timeoutMs: longMs,
  });
  await platform.apply(tenant);
  expect((await idp('Succeeded')).message).toBe('31 default policies');
});
