import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';

import type { Cluster } from '@tke/api-platform';
import { waitFor } from '@tke/envtest';
import { coreKinds } from '@tke/meta';

import { nodeKind, type Node } from '../steps/node/node.ts';
import { condition, namespace, PlatformHub } from './testing/platform-hub.ts';

jest.setTimeout(600_000);

const name = 'cls-op';
const host = { ip: '127.0.0.1', port: 9, password: 'c2VjcmV0' };
let hub: PlatformHub;

beforeAll(async () => {
  hub = await PlatformHub.start();
  hub.create.on('EnsureStoreCredential', async (_attempt, scope) => {
    await scope.saveCredential(await hub.credential());
    return undefined;
  });
  await hub.startManager();
  await hub.addCluster(name, { machines: [host] });
  await hub.untilReason(name, 'Succeeded');
});
afterAll(() => hub.stop());
beforeEach(() => {
  hub.events.length = 0;
});

const ready = (object: Cluster) => condition(object, 'Ready');

test('a control plane that is to grow or shrink is no matter of silence: it is said that it cannot', async () => {
  await hub.edit(name, { spec: { machines: [host, { ...host, ip: '127.0.0.2' }] } });
  const stalled = await hub.untilReason(name, 'ScaleNotSupported');
  expect(stalled.status).toMatchObject({ phase: 'Running', hosts: [{ ip: '127.0.0.1' }] });
  expect(condition(stalled, 'Stalled')?.status).toBe('True');
  expect(ready(stalled)?.message).toContain('127.0.0.2');
  await hub.edit(name, { spec: { machines: [host] } });
  await hub.untilReason(name, 'Succeeded');
});

test('another version is no matter of silence either', async () => {
  const { status } = await hub.get(name);
  await hub.edit(name, { spec: { version: '1.34.4' } });
  expect(ready(await hub.untilReason(name, 'UpgradeNotSupported'))?.message).toContain(status?.builtVersion);
  await hub.edit(name, { spec: { version: status?.builtVersion } });
  await hub.untilReason(name, 'Succeeded');
});

test('a cluster that answers no more is Failed, with the cause, and Running again when it answers', async () => {
  const key = { namespace, name: `${name}-admin` };
  const { data } = await hub.admin.get(coreKinds.secret, key);
  const stranger = Buffer.from('nobody').toString('base64');
  const token = { 'tls.crt': null, 'tls.key': null, token: stranger };
  await hub.admin.patch(coreKinds.secret, key, { type: 'merge', body: { data: token } });
  const failed = await hub.until(name, 'is Failed', ({ status }) => status?.phase === 'Failed');
  expect(ready(failed)).toMatchObject({ status: 'False', message: expect.stringMatching(/401|nauthori[sz]ed/) });
  expect(failed.status?.version).toBeDefined();
  await hub.admin.patch(coreKinds.secret, key, { type: 'merge', body: { data: { ...data, token: null } } });
  const running = await hub.untilReason(name, 'Succeeded');
  expect(running.status?.phase).toBe('Running');
});

test('a host that is in one list and not in the others is told', async () => {
  const agreement = (status: string) => (object: Cluster) => condition(object, 'MembersAgree')?.status === status;
  const missing = await hub.until(name, 'disagrees', agreement('False'));
  expect(condition(missing, 'MembersAgree')?.message).toBe('host 127.0.0.1 of the control plane has no Node.');
  expect(ready(missing)?.status).toBe('True');
  const labels = { 'platform.tkestack.io/machine-ip': '127.0.0.1' };
  await hub.admin.create<Node>(nodeKind, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'm0', labels } });
  const unknown = await hub.until(name, 'agrees', agreement('Unknown'));
  expect(condition(unknown, 'MembersAgree')?.message).toMatch(/etcd could not be asked.*127\.0\.0\.1/);
});

test('that a node is lost, or is back, is told when it happens and not at the next look', async () => {
  const began = Date.now();
  for (const state of ['True', 'Unknown', 'True', 'Unknown']) {
    const body = { status: { conditions: [{ type: 'Ready', status: state }] } };
    await hub.admin.patch(nodeKind, { name: 'm0' }, { type: 'merge', body }, { subresource: 'status' });
    const count = state === 'True' ? 1 : 0;
    await hub.until(name, `has ${count} nodes`, ({ status }) => status?.nodes?.ready === count);
  }
  expect(Date.now() - began).toBeLessThan(150_000); // a look a minute would have taken three
});

test('a new manager does not call a cluster into question that was Ready', async () => {
  const before = await hub.untilReason(name, 'Succeeded');
  const routed = hub.routed.length;
  await hub.stopManager();
  await hub.startManager();
  await waitFor(() => hub.routed.length > routed, { description: 'it has met the cluster', timeoutMs: 30_000 });
  await hub.untilReason(name, 'Succeeded');
  expect(ready(await hub.get(name))).toMatchObject({
    status: 'True',
    lastTransitionTime: ready(before)?.lastTransitionTime,
  });
  expect(hub.events).toEqual([]);
});

test('routes follow the nodes, once for each change, and what keeps a host from them is told', async () => {
  const add = async (node: string, index: number) => {
    const spec = { podCIDRs: [`10.244.${index}.0/24`] };
    await hub.admin.create<Node>(nodeKind, { apiVersion: 'v1', kind: 'Node', metadata: { name: node }, spec });
    const body = { status: { addresses: [{ type: 'InternalIP', address: `10.0.0.${index}` }] } };
    await hub.admin.patch(nodeKind, { name: node }, { type: 'merge', body }, { subresource: 'status' });
  };
  await hub.untilReason(name, 'Succeeded');
  await waitFor(() => hub.routed.length > 0, { description: 'the routes after the start' });
  const before = hub.routed.length;
  await add('one', 1);
  await waitFor(() => hub.routed.length > before, { description: 'the routes with a node' });
  expect(hub.routed.at(-1)).toEqual(['127.0.0.1']);
  const settled = hub.routed.length;
  const label = { metadata: { annotations: { heartbeat: 'x' } } };
  await hub.admin.patch(nodeKind, { name: 'one' }, { type: 'merge', body: label });
  await hub.retry(name, 'look');
  await hub.untilReason(name, 'Succeeded');
  expect(hub.routed.length).toBe(settled);

  hub.routes = () => Promise.resolve([{ ip: '127.0.0.1', error: new Error('it is off') }]);
  await add('two', 2);
  const complete = (status: string) => (object: Cluster) => condition(object, 'RoutesComplete')?.status === status;
  const incomplete = await hub.until(name, 'has a host without routes', complete('False'));
  expect(condition(incomplete, 'RoutesComplete')?.message).toContain('127.0.0.1 (it is off)');
  expect(ready(await hub.untilReason(name, 'Succeeded'))?.status).toBe('True');
  hub.routes = () => Promise.resolve([]);
  await hub.retry(name, 'again');
  await hub.until(name, 'has all routes', complete('True'));
});
