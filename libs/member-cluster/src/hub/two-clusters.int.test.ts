import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { cluster, clusterCredential, secretTenantLabel, type Cluster, type ClusterCredential } from '@tke/api-platform';
import { crdManifest } from '@tke/crd';
import { applyManifests, ControlPlane, sharedControlPlane, type ClusterAccess } from '@tke/envtest';
import type { Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { coreKinds, type KubeObject, type Secret } from '@tke/meta';
import { Cache } from '@tke/runtime';

import { access, admin, adminOf, configMap, newNamespace, portOf, running, until } from '../testing/cluster.ts';
import { Network } from '../testing/network.ts';
import { ClusterFollower } from './cluster-follower.ts';

jest.setTimeout(600_000);

/** Is the hub, and in one test the cluster that takes another one's place. */
let second: ControlPlane;
let secondAdmin: Client;
let first: ClusterAccess;
let firstAdmin: Client;

beforeAll(async () => {
  first = await sharedControlPlane();
  firstAdmin = await adminOf(first);
  second = await ControlPlane.start();
  secondAdmin = await adminOf(second);
  await applyManifests(second, [crdManifest(cluster), crdManifest(clusterCredential)]);
});

afterAll(async () => {
  await firstAdmin.close();
  await secondAdmin.close();
  await second.stop();
});

test('behind a new address another cluster is found out: its objects take the place of the old ones, which are told as deleted', async () => {
  const namespace = await newNamespace(firstAdmin);
  await secondAdmin.create(coreKinds.namespace, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  await firstAdmin.create(coreKinds.configMap, configMap(namespace, 'both', { from: 'first' }));
  await firstAdmin.create(coreKinds.configMap, configMap(namespace, 'old'));
  await secondAdmin.create(coreKinds.configMap, configMap(namespace, 'both', { from: 'second' }));
  await secondAdmin.create(coreKinds.configMap, configMap(namespace, 'new'));
  await using members = running();
  members.put('cls-a', access(first, { certificate: await admin(first) }));
  const member = members.get('cls-a')!;
  const events: string[] = [];
  const informer = member.cache.informer(coreKinds.configMap, { namespace });
  informer.addHandler({
    onAdd: ({ metadata }) => events.push(`+${metadata.name ?? ''}`),
    onUpdate: ({ metadata }) => events.push(`~${metadata.name ?? ''}`),
    onDelete: ({ metadata }) => events.push(`-${metadata.name ?? ''}`),
  });
  await until('the first cluster', () => events.length >= 2);
  const { uid } = member.facts!;

  members.put('cls-a', access(second.access, { certificate: await admin(second.access) }));
  await expect(member.client.get(coreKinds.namespace, { name: namespace })).rejects.toMatchObject({
    code: 'MemberNotReady',
  });
  await until('the second cluster', () => events.length >= 5);
  expect([...events].sort()).toEqual(['+both', '+new', '+old', '-old', '~both']);
  expect(member.cache.get(coreKinds.configMap, { namespace, name: 'both' })?.data).toEqual({ from: 'second' });
  expect(member.facts?.uid).not.toBe(uid);

  // The way back is a further change, and versions seen meanwhile must not be taken for the first cluster's.
  await firstAdmin.delete(coreKinds.configMap, { namespace, name: 'both' });
  members.put('cls-a', access(first, { certificate: await admin(first) }));
  const names = () => member.cache.list(coreKinds.configMap).map(({ metadata }) => metadata.name);
  await until('the first cluster again', () => names().join() === 'old');
});

test('the same cluster behind a new address is known by its identity, and is not listed again', async () => {
  await using network = new Network(portOf(first));
  const ports = [await network.port(), await network.port()];
  const namespace = await newNamespace(firstAdmin);
  const certificate = await admin(first);
  const way = (port: number) => access(first, { certificate, addresses: [{ type: 'Real', host: '127.0.0.1', port }] });
  await using members = running();
  members.put('cls-a', way(ports[0]!));
  const member = members.get('cls-a')!;
  const informer = member.cache.informer(coreKinds.configMap, { namespace });
  await until('the first list', () => informer.synced);
  const before = member.facts;
  await firstAdmin.create(coreKinds.configMap, configMap(namespace, 'a'));
  await until('an event', () => member.cache.list(coreKinds.configMap).length === 1);
  const [object] = member.cache.list(coreKinds.configMap);

  members.put('cls-a', way(ports[1]!));
  await firstAdmin.create(coreKinds.configMap, configMap(namespace, 'b'));
  await until('an event', () => member.cache.list(coreKinds.configMap).length === 2);
  expect(member.facts).toEqual(before);
  expect(member.cache.get(coreKinds.configMap, { namespace, name: 'a' })).toBe(object);
  await until('the old way is given up', () => network.connectionsAt(ports[0]!) === 0);
});

test('members follow the objects of the hub: credential, Secret, tenant, removal', async () => {
  const namespace = 'tke-system';
  await secondAdmin.create(coreKinds.namespace, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  const cache = new Cache({ reader: secondAdmin, logger: discardLogger });
  await using members = running();
  const follower = new ClusterFollower({ cache, members, namespace });
  const stop = new AbortController();
  const running_ = [cache.start(stop.signal), follower.start(stop.signal)];
  const { cert, key } = await admin(first);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const secret = (name: string, data: Record<string, string>): Secret => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name, labels: { [secretTenantLabel]: 'default' } },
    data,
  });
  const platform = <T extends KubeObject>(kind: string, name: string, fields: object) =>
    ({ apiVersion: 'platform.tkestack.io/v1', kind, metadata: { name }, ...fields }) as unknown as T;
  const error = (name: string) => members.get(name)?.health.lastError?.code;
  const state = (name: string) => members.get(name)?.health.state;

  const spec = {
    type: 'Imported',
    tenantID: 'default',
    version: '',
    addresses: [{ type: 'Real', host: '127.0.0.1', port: portOf(first) }],
    clusterCredentialRef: { name: 'cc-a' },
  };
  await secondAdmin.create(cluster, platform<Cluster>('Cluster', 'cls-a', { spec }));
  await until('no credential', () => error('cls-a') === 'CredentialNotFound');

  const credential = { tenantID: 'default', clusterName: '', secretRef: { name: 'login' } };
  await secondAdmin.create(clusterCredential, platform<ClusterCredential>('ClusterCredential', 'cc-a', credential));
  await secondAdmin.create(
    coreKinds.secret,
    secret('login', { 'tls.crt': base64(cert), 'tls.key': base64(key), 'ca.crt': base64(first.pki.ca.certPem) }),
  );
  await until('the member', () => state('cls-a') === 'Healthy');
  expect(members.get('cls-a')?.tenantID).toBe('default');

  const labels = { [secretTenantLabel]: 'other' };
  await secondAdmin.patch(
    coreKinds.secret,
    { namespace, name: 'login' },
    { type: 'merge', body: { metadata: { labels } } },
  );
  await until('another tenant', () => error('cls-a') === 'CredentialOfAnotherTenant');
  await expect(members.get('cls-a')!.client.get(coreKinds.namespace, { name: 'default' })).rejects.toMatchObject({
    code: 'MemberNotReady',
  });

  const kubeconfig = {
    clusters: [
      { name: 'c', cluster: { server: first.url, 'certificate-authority-data': base64(first.pki.ca.certPem) } },
    ],
    users: [{ name: 'u', user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await secondAdmin.create(coreKinds.secret, secret('kubeconfig', { kubeconfig: base64(JSON.stringify(kubeconfig)) }));
  const body = { secretRef: { name: 'kubeconfig' } };
  await secondAdmin.patch(clusterCredential, { name: 'cc-a' }, { type: 'merge', body });
  await until('the member by kubeconfig', () => state('cls-a') === 'Healthy');

  await secondAdmin.delete(cluster, { name: 'cls-a' });
  await until('the removal', () => members.get('cls-a') === undefined);
  stop.abort();
  await Promise.all(running_);
});
