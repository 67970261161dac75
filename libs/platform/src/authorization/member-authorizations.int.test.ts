import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';

import { cluster, type Cluster } from '@tke/api-platform';
import { crdManifest } from '@tke/crd';
import { applyManifests, ControlPlane, waitFor } from '@tke/envtest';
import type { Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { coreKinds } from '@tke/meta';
import { certificateInfo, createCa, issueCertificate } from '@tke/pki';
import { Cache, Manager } from '@tke/runtime';
import { FakeClock, systemClock, type Clock } from '@tke/time';

import { adminOf } from '../observe/testing/members.ts';
import { addAuthorizationController } from './authorization-reconciler.ts';
import { MemberAuthorizations } from './member-authorizations.ts';
import type { AuthorizationSettings } from './settings.ts';
import { AuthzWebhook } from './testing/authz-webhook.ts';
import { clientOf, webhookKubeconfig } from './webhook-kubeconfig.ts';

const timeoutMs = 300_000;
const dayMs = 86_400_000;
const namespace = 'tke-system';
const signal = new AbortController().signal;
let hub: ControlPlane;
let client: Client;
let webhook: AuthzWebhook;

beforeAll(async () => {
  hub = await ControlPlane.start();
  client = await adminOf(hub.access);
  await applyManifests(hub, [crdManifest(cluster)]);
  await hub.kubectl(['create', 'namespace', namespace]);
  webhook = await AuthzWebhook.start(({ user, resourceAttributes: asked }) => {
    return user === 'alice' && asked?.verb === 'get' && asked.resource === 'pods';
  });
}, timeoutMs);

afterAll(async () => {
  await webhook[Symbol.asyncDispose]();
  await client.close();
  await hub.stop();
}, timeoutMs);

let last = 0;

async function newCluster(status: Partial<NonNullable<Cluster['status']>> = {}): Promise<Cluster> {
  const name = `cls-${(++last).toString()}`;
  const spec = { tenantID: 'default', type: 'Imported' };
  const object = { apiVersion: 'platform.tkestack.io/v1', kind: 'Cluster', metadata: { name }, spec };
  await client.create<Cluster>(cluster, object as Cluster);
  return client.patch<Cluster>(cluster, { name }, { type: 'merge', body: { status } }, { subresource: 'status' });
}

function subject(part: { readonly settings?: Partial<AuthorizationSettings>; readonly clock?: Clock } = {}) {
  const settings = { ...webhook.settings, ...part.settings };
  return new MemberAuthorizations({ client, namespace, settings, clock: part.clock ?? systemClock });
}

const secretOf = (name: string) => client.get(coreKinds.secret, { namespace, name: `${name}-authorization` });

async function filesOf(name: string): Promise<Record<string, string>> {
  const { data = {} } = await secretOf(name);
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]));
}

describe('the Secret of a cluster', () => {
  test('has the files, belongs to the Cluster and to no tenant, and stays as it is', async () => {
    const object = await newCluster();
    const first = await subject().keep(object, '1.36', signal);
    const stored = await secretOf(object.metadata.name!);
    expect(Object.keys(stored.data!).sort()).toEqual([
      ...['README.md', 'authorization-configuration.yaml', 'webhook.kubeconfig'],
    ]);
    expect(stored.metadata.ownerReferences).toMatchObject([{ kind: 'Cluster', uid: object.metadata.uid }]);
    expect(stored.metadata).not.toHaveProperty('labels');
    expect(await subject().keep(object, '1.36', signal)).toEqual(first);
    expect((await secretOf(object.metadata.name!)).metadata.resourceVersion).toBe(stored.metadata.resourceVersion);
    expect((first.renewAt - Date.now()) / dayMs).toBeCloseTo((365 * 2) / 3, 0);
  });

  test('is the same for all who ask for it at the same time', async () => {
    const object = await newCluster();
    const all = await Promise.all(Array.from({ length: 5 }, () => subject().of(object, '1.36', signal)));
    const texts = all.map(({ kubeconfig }) => kubeconfig.reveal().toString());
    expect(new Set(texts).size).toBe(1);
    expect((await filesOf(object.metadata.name!))['webhook.kubeconfig']).toBe(texts[0]);
  });

  test('is renewed when a third of the life of its certificate is left, and both files change', async () => {
    const object = await newCluster();
    const clock = new FakeClock(Date.now());
    const before = await subject({ clock }).keep(object, '1.36', signal);
    await clock.advance(240 * dayMs);
    expect(await subject({ clock }).keep(object, '1.36', signal)).toEqual(before);
    await clock.advance(5 * dayMs);
    const after = await subject({ clock }).keep(object, '1.36', signal);
    expect(after.renewAt).toBeGreaterThan(before.renewAt + 240 * dayMs);
    for (const file of ['webhook.kubeconfig', 'authorization-configuration.yaml']) {
      expect(after.files[file]).not.toBe(before.files[file]);
    }
  });

  test('follows the settings: another address keeps the certificate, another CA does not', async () => {
    const object = await newCluster();
    const certificateOf = async () =>
      /client-certificate-data: (.*)/.exec((await filesOf(object.metadata.name!))['webhook.kubeconfig']!)?.[1];
    await subject().keep(object, '1.36', signal);
    const first = await certificateOf();
    await subject({ settings: { webhookUrl: 'https://10.1.2.3:443' } }).keep(object, '1.36', signal);
    expect(await certificateOf()).toBe(first);
    expect((await filesOf(object.metadata.name!))['webhook.kubeconfig']).toContain(
      `https://10.1.2.3:443/auth/authz/clusters/${object.metadata.name!}`,
    );
    const clientCa = await createCa({ commonName: 'next', clock: systemClock });
    await subject({ settings: { clientCa } }).keep(object, '1.36', signal);
    expect(await certificateOf()).not.toBe(first);
  });

  test('names the Cluster by its UID: a certificate of an earlier release, which has none, is replaced at once', async () => {
    const object = await newCluster();
    const { uid, name = '' } = object.metadata;
    const { clientCa: ca } = webhook.settings;
    const old = await issueCertificate({ ca, commonName: `cluster:${name}`, usages: ['client'], clock: systemClock });
    const { files } = await subject().keep(object, '1.36', signal);
    const texts = { ...files, 'webhook.kubeconfig': webhookKubeconfig(name, webhook.settings, old) };
    const data = Object.fromEntries(
      Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    );
    const key = { namespace, name: `${name}-authorization` };
    await client.patch(coreKinds.secret, key, { type: 'merge', body: { data } });
    await subject().keep(object, '1.36', signal);
    const { certPem } = clientOf((await filesOf(name))['webhook.kubeconfig']!)!;
    expect(certificateInfo(certPem)).toMatchObject({ commonName: `cluster:${name}`, organizations: [`uid:${uid!}`] });
  });

  test('is put right when somebody has spoilt it', async () => {
    const object = await newCluster();
    const { files } = await subject().keep(object, '1.36', signal);
    const key = { namespace, name: `${object.metadata.name!}-authorization` };
    const data = { 'authorization-configuration.yaml': 'eA==', stray: 'eA==' };
    await client.patch(coreKinds.secret, key, { type: 'merge', body: { data } });
    await subject().keep(object, '1.36', signal);
    expect(await filesOf(object.metadata.name!)).toEqual(files);
    await client.patch(coreKinds.secret, key, { type: 'merge', body: { data: { 'webhook.kubeconfig': 'eA==' } } });
    await subject().keep(object, '1.36', signal);
    expect((await filesOf(object.metadata.name!))['webhook.kubeconfig']).toContain('client-key-data');
  });

  test('of an old Kubernetes has no configuration file, and says which flags to use', async () => {
    const object = await newCluster();
    const { files } = await subject().keep(object, 'v1.28.15', signal);
    expect(files).not.toHaveProperty('authorization-configuration.yaml');
    expect(files['README.md']).toContain(
      '--authorization-webhook-config-file=/etc/kubernetes/tke-authz/webhook.kubeconfig',
    );
  });

  test('does not take the place of a Secret of somebody else', async () => {
    const object = await newCluster();
    const metadata = { namespace, name: `${object.metadata.name!}-authorization` };
    await client.create(coreKinds.secret, { apiVersion: 'v1', kind: 'Secret', metadata, data: { a: 'eA==' } });
    await expect(subject().keep(object, '1.36', signal)).rejects.toMatchObject({ code: 'AuthorizationSecretTaken' });
    expect((await secretOf(object.metadata.name!)).data).toEqual({ a: 'eA==' });
  });
});

describe('the controller', () => {
  test(
    'gives each cluster its Secret once its version is known',
    async () => {
      const cache = new Cache({ reader: client, logger: discardLogger });
      const manager = new Manager({ client, cache, logger: discardLogger });
      const { recorder } = manager;
      addAuthorizationController(manager, { cache, recorder, clock: systemClock, authorizations: subject() });
      const stop = new AbortController();
      const ended = manager.start(stop.signal);
      try {
        const known = await newCluster({ version: '1.36.3' });
        const building = await newCluster({ builtVersion: '1.34.1' });
        const unknown = await newCluster();
        for (const { metadata } of [known, building]) {
          await waitFor(() => secretOf(metadata.name!), { description: 'the Secret' });
        }
        await expect(secretOf(unknown.metadata.name!)).rejects.toMatchObject({ code: 'NotFound' });
        const { name = '' } = unknown.metadata;
        const body = { status: { version: '1.33.0' } };
        await client.patch(cluster, { name }, { type: 'merge', body }, { subresource: 'status' });
        const files = await waitFor(() => filesOf(name), { description: 'the Secret' });
        expect(files['authorization-configuration.yaml']).not.toContain('cacheAuthorizedRequests');
      } finally {
        stop.abort();
        await ended;
      }
    },
    timeoutMs,
  );
});

test(
  'a real API server asks with these files as its cluster, allows what is granted and nothing else, and takes up new ones without a restart',
  async () => {
    const object = await newCluster();
    const name = object.metadata.name!;
    const longAgo = new FakeClock(Date.now() - 300 * dayMs);
    const before = await subject({ clock: longAgo }).of(object, hub.access.version, signal);
    const kubeconfigPath = join(hub.access.dataDir, 'webhook.kubeconfig');
    // As they stand on a host, but for the folder.
    const here = (text: string) => text.replace('/etc/kubernetes/tke-authz/webhook.kubeconfig', kubeconfigPath);
    await writeFile(kubeconfigPath, before.kubeconfig.reveal(), { mode: 0o600 });
    const member = await ControlPlane.start({
      authorizationConfig: load(here(before.configuration)) as Record<string, unknown>,
    });
    try {
      await member.user('alice', { groups: ['tenant:default'] });
      await member.user('bob', { groups: ['tenant:default'] });
      const may = async (user: string, ...what: string[]) =>
        (await member.kubectl(['auth', 'can-i', ...what], { user })).stdout.trim().startsWith('yes');
      expect(await may('alice', 'get', 'pods')).toBe(true);
      expect(await may('alice', 'delete', 'pods')).toBe(false);
      expect(await may('alice', 'get', 'secrets')).toBe(false);
      expect(await may('bob', 'get', 'pods')).toBe(false);
      expect(webhook.seen.filter(({ cluster: of, caller }) => of !== name || caller !== `cluster:${name}`)).toEqual([]);
      const { fingerprint } = webhook.seen.at(-1)!;

      const after = await subject().of(object, hub.access.version, signal);
      await writeFile(kubeconfigPath, after.kubeconfig.reveal(), { mode: 0o600 });
      await writeFile(join(member.access.dataDir, 'config', 'authorization.yaml'), here(after.configuration));
      const isNew = async () => {
        await may('alice', 'get', 'pods');
        return webhook.seen.at(-1)!.fingerprint !== fingerprint;
      };
      await waitFor(isNew, {
        description: 'the API server shows its new certificate',
        timeoutMs: 150_000,
        intervalMs: 500,
      });
      expect(await may('alice', 'get', 'pods')).toBe(true);
    } finally {
      await member.stop();
    }
  },
  timeoutMs,
);
