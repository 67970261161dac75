import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { authKinds } from '@tke/api-auth';
import { platform, project } from '@tke/api-business';
import { cluster as clusterKind, clusterCredential, machine } from '@tke/api-platform';
import { crdManifest } from '@tke/crd';
import { applyManifests, ControlPlane, uniqueName, waitFor, type KubectlResult } from '@tke/envtest';
import type { KubeObject } from '@tke/meta';
import { load } from 'js-yaml';

import { webhooks } from './declarations.ts';
import { webhookFiles } from './webhook.ts';

jest.setTimeout(300_000);

const apiVersion = 'auth.tkestack.io/v1';
// Nothing listens there.
const nowhere = 'https://127.0.0.1:1';

const otherKinds = [clusterKind, clusterCredential, machine, platform, project];

interface Configuration extends KubeObject {
  webhooks: { clientConfig: { service?: { path: string }; url?: string } }[];
}

// A control plane of its own: its webhooks are down for good.
let cluster: ControlPlane;

beforeAll(async () => {
  cluster = await ControlPlane.start();
  await applyManifests(cluster, [...authKinds, ...otherKinds].map(crdManifest));
  await must([
    'create',
    'clusterrole',
    'kinds',
    '--verb=*',
    '--resource=*.auth.tkestack.io,*.platform.tkestack.io,*.business.tkestack.io',
  ]);
  await must(['create', 'clusterrolebinding', 'kinds', '--clusterrole=kinds', '--group=kinds']);
  await applyManifests(cluster, configurations());
  // Refused for the webhook, that is, and not by RBAC, which may not know of the binding yet.
  const asked = async () => (await create(policy(), bob, '--dry-run=server')).stderr.includes('tenants.policies');
  await waitFor(asked, { description: 'the webhooks are asked' });
});

afterAll(() => cluster.stop());

function configurations(): readonly KubeObject[] {
  const manifests = webhookFiles(webhooks)
    .filter(({ content }) => content.includes('WebhookConfiguration'))
    .map(({ content }) => load(content) as Configuration);
  for (const { clientConfig } of manifests.flatMap((manifest) => manifest.webhooks)) {
    clientConfig.url = `${nowhere}${clientConfig.service?.path ?? ''}`;
    delete clientConfig.service;
  }
  return manifests;
}

const bob = ['--as=bob', '--as-group=kinds', '--as-group=tenant:default'];
const nobody = ['--as=eve', '--as-group=kinds', '--as-group=tenant:'];
const controller = ['--as=system:serviceaccount:ci:deployer', '--as-group=kinds', '--as-group=tenant:default'];

function policy() {
  const statement = { actions: ['get*'], resources: ['*'], effect: 'allow' };
  const spec = { displayName: 'Test', category: 'test', tenantID: 'default', statement };
  return { apiVersion, kind: 'Policy', metadata: { name: uniqueName('pol-t') }, spec };
}

async function must(args: readonly string[], input?: object): Promise<void> {
  const { code, stderr } = await cluster.kubectl(args, input && { input: JSON.stringify(input) });
  if (code !== 0) {
    throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  }
}

function create(object: object, as: readonly string[], ...flags: string[]): Promise<KubectlResult> {
  return cluster.kubectl(['create', '-f', '-', ...as, ...flags], { input: JSON.stringify(object) });
}

async function stored<T extends object>(object: T): Promise<T> {
  await must(['create', '-f', '-'], object);
  return object;
}

const passed = { code: 0 };
const refused = { code: 1, stderr: expect.stringContaining('tenants.policies.auth.tkestack.io') };
const change = ['--type=merge', '-p', '{"spec":{"displayName":"changed"}}'];

describe('with the webhooks down', () => {
  test.each([
    ['the administrator', [], passed],
    ['a user of no tenant', nobody, passed],
    ['a service account', controller, passed],
    ['a user of a tenant', bob, refused],
  ])('%s creates, changes and deletes what hands out permissions, or does not', async (_, as, expected) => {
    const { metadata } = await stored(policy());
    const on = ['policies.auth.tkestack.io', metadata.name];
    expect(await create(policy(), as)).toMatchObject(expected);
    expect(await cluster.kubectl(['patch', ...on, ...change, ...as])).toMatchObject(expected);
    expect(await cluster.kubectl(['delete', ...on, '--wait=false', ...as])).toMatchObject(expected);
  });

  test.each<[string, string, object]>([
    ['PolicyBinding', 'policybindings', { policyID: 'pol-a' }],
    ['RoleBinding', 'rolebindings', { roleID: 'rol-a' }],
    ['Role', 'roles', { displayName: 'Role' }],
    ['LocalGroup', 'localgroups', { displayName: 'Group' }],
    ['ProjectPolicyBinding', 'projectpolicybindings', { projectID: 'prj-a', policyID: 'pol-a' }],
    [
      'CustomPolicyBinding',
      'custompolicybindings',
      { policyID: 'pol-a', domain: '*', rulePrefix: 'cg', resources: ['a'] },
    ],
  ])('a user of a tenant writes no %s', async (kind, plural, spec) => {
    const names: Record<string, string> = { ProjectPolicyBinding: 'prj-a-pol-a', CustomPolicyBinding: 'pol-a' };
    const metadata = {
      name: names[kind] ?? uniqueName(kind === 'Role' ? 'rol-t' : 't'),
      ...(kind === 'CustomPolicyBinding' && { namespace: 'default' }),
    };
    const object = { apiVersion, kind, metadata, spec: { tenantID: 'default', ...spec } };
    const stderr = expect.stringContaining(`tenants.${plural}.auth.tkestack.io`);
    expect(await create(object, bob)).toMatchObject({ code: 1, stderr });
    expect(await create(object, [])).toMatchObject(passed);
  });

  test.each([
    ['the administrator', [], passed],
    ['a service account', controller, passed],
    ['a user of a tenant', bob, { code: 1, stderr: expect.stringContaining('tenants.machines.platform.tkestack.io') }],
  ])('%s creates and changes what names Secrets, or does not, and deletes it', async (_, as, expected) => {
    const object = () => {
      const login = { ip: '10.0.0.1', credentialSecretRef: { name: 'login' } };
      const spec = { tenantID: 'default', clusterName: 'cls-a', type: 'Baremetal', ...login };
      const metadata = { name: uniqueName('mc') };
      return { apiVersion: 'platform.tkestack.io/v1', kind: 'Machine', metadata, spec };
    };
    const { metadata } = await stored(object());
    const on = ['machines.platform.tkestack.io', metadata.name];
    const port = ['--type=merge', '-p', '{"spec":{"port":2222}}'];
    expect(await create(object(), as)).toMatchObject(expected);
    expect(await cluster.kubectl(['patch', ...on, ...port, ...as])).toMatchObject(expected);
    expect(await cluster.kubectl(['delete', ...on, '--wait=false', ...as])).toMatchObject(passed);
  });

  test.each([
    ['the administrator', 'cls-admin', []],
    ['a user of a tenant', 'cls-bob', bob],
  ])('%s deletes a Cluster: nothing but a warning is missing', async (_, name, as) => {
    const metadata = { name };
    const spec = { tenantID: 'default', type: 'Imported' };
    await stored({ apiVersion: 'platform.tkestack.io/v1', kind: 'Cluster', metadata, spec });
    const on = ['clusters.platform.tkestack.io', name];
    expect(await cluster.kubectl(['delete', ...on, '--wait=false', ...as])).toMatchObject(passed);
  });

  test('a user of a tenant writes other objects of it', async () => {
    const spec = { tenantID: 'default', username: uniqueName('u'), displayName: 'User' };
    const object = { apiVersion, kind: 'LocalIdentity', metadata: { name: uniqueName('usr') }, spec };
    expect(await create(object, bob)).toMatchObject(passed);
  });

  const business = 'business.tkestack.io/v1';
  const platformGroup = 'platform.tkestack.io/v1';
  const of = (version: string, kind: string, name: string, content: object) => ({
    ...{ apiVersion: version, kind, ...content },
    metadata: { name, finalizers: ['example.com/test'] },
  });
  const spec = { tenantID: 'default' };
  const host = { ip: '10.6.6.6', password: 'c2VjcmV0' };
  const login = { credentialSecretRef: { name: 'hosts-login' } };
  const members = { members: ['usr-bob'] };
  const leaving: [string, string, KubeObject, object][] = [
    [
      'login of a Machine',
      'machines.platform.tkestack.io',
      of(platformGroup, 'Machine', 'mc-l', { spec: { ...spec, clusterName: 'cls-a', type: 'Baremetal', ...host } }),
      { spec: login },
    ],
    [
      'Secret of an imported Cluster',
      'clusters.platform.tkestack.io',
      of(platformGroup, 'Cluster', 'cls-l', {
        spec: { ...spec, type: 'Imported', addresses: [{ type: 'Advertise', host: 'evil.example', port: 6443 }] },
      }),
      { spec: login },
    ],
    [
      'Secret of a ClusterCredential',
      'clustercredentials.platform.tkestack.io',
      of(platformGroup, 'ClusterCredential', 'cc-l', { tenantID: 'default', clusterName: 'cls-l' }),
      { secretRef: { name: 'prod-access' } },
    ],
    [
      'words of a Policy',
      'policies.auth.tkestack.io',
      of(apiVersion, 'Policy', 'pol-l', { spec: policy().spec }),
      { spec: { displayName: 'x' } },
    ],
    [
      'subjects of a PolicyBinding',
      'policybindings.auth.tkestack.io',
      of(apiVersion, 'PolicyBinding', 'pb-l', { spec: { ...spec, policyID: 'pol-a' } }),
      { spec: { users: [{ id: 'usr-bob' }] } },
    ],
    [
      'members of a Project',
      'projects.business.tkestack.io',
      of(business, 'Project', 'prj-l', { spec: { ...spec, displayName: 'leaving' } }),
      { spec: members },
    ],
    [
      'limits of a Project',
      'projects.business.tkestack.io',
      of(business, 'Project', 'prj-m', { spec: { ...spec, displayName: 'leaving' } }),
      { spec: { clusters: { 'cls-a': { hard: { cpu: '100' } } } } },
    ],
    [
      'administrators of a Platform',
      'platforms.business.tkestack.io',
      of(business, 'Platform', 'plat-l', { spec: { ...spec, administrators: ['root'] } }),
      { spec: { administrators: ['root', 'bob'] } },
    ],
  ];

  test.each(leaving)(
    'a user of a tenant changes no %s while it is being deleted, but finishes it',
    async (_, on, object, change) => {
      const { name = '' } = object.metadata;
      const patch = (body: object, as: readonly string[]) =>
        cluster.kubectl(['patch', on, name, '--type=merge', '-p', JSON.stringify(body), ...as]);
      await stored(object);
      await must(['delete', on, name, '--wait=false']);
      expect(await patch(change, bob)).toMatchObject({ code: 1, stderr: expect.stringContaining(`tenants.${on}`) });
      expect(await patch(change, controller)).toMatchObject(passed);
      expect(await patch({ metadata: { labels: { a: 'b' } } }, bob)).toMatchObject(passed);
      expect(await cluster.kubectl(['delete', on, name, '--wait=false', ...bob])).toMatchObject(passed);
      expect(await patch({ metadata: { finalizers: null } }, bob)).toMatchObject(passed);
    },
  );
});
