import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { sharedControlPlane, uniqueName, waitFor, type ClusterAccess } from '@tke/envtest';
import { connect, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { coreKinds, type Kind, type KubeObject } from '@tke/meta';
import { FakeClock } from '@tke/time';

import { drainNode, type DrainOptions } from './drain-node.ts';
import { podKind, type Pod } from '../steps/node/pod.ts';

interface Budget extends KubeObject {
  spec: object;
  status?: object;
}

const budgetKind: Kind<Budget> = {
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  namespaced: true,
};

let controlPlane: ClusterAccess;
let admin: Client;
let namespace: string;

beforeAll(async () => {
  controlPlane = await sharedControlPlane();
  admin = await connect({ kubeconfig: controlPlane.kubeconfigPath, userAgent: 'test/1', logger: discardLogger });
  namespace = uniqueName('drain');
  await admin.create(coreKinds.namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
});
afterAll(() => admin.close());

interface PodOptions {
  readonly node: string;
  readonly owner?: string | undefined;
  readonly app?: string;
  readonly phase?: string;
  readonly emptyDir?: boolean;
  readonly name?: string;
}

/** A running, ready pod, as its kubelet would report it. */
async function startPod({ node, owner = 'ReplicaSet', app = 'none', phase = 'Running', ...rest }: PodOptions) {
  const { emptyDir = false, name = uniqueName(owner.toLowerCase() || 'alone') } = rest;
  const controller = { apiVersion: 'apps/v1', kind: owner, name: 'owner', uid: uniqueName('u'), controller: true };
  const ownerReferences = owner === '' ? [] : [controller];
  const volumes = emptyDir ? [{ name: 'scratch', emptyDir: {} }] : [];
  const spec = {
    nodeName: node,
    terminationGracePeriodSeconds: 60,
    containers: [{ name: 'c', image: 'i' }],
    volumes,
  };
  const metadata = { namespace, name, labels: { app }, ownerReferences };
  await admin.create(podKind, { apiVersion: 'v1', kind: 'Pod', metadata, spec } as Pod);
  const status = { phase, conditions: [{ type: 'Ready', status: 'True' }] };
  await admin.patch(podKind, { namespace, name }, { type: 'merge', body: { status } }, { subresource: 'status' });
  return name;
}

/** A budget, with what its controller would say of it. */
async function budget(app: string, status: { disruptionsAllowed: number; observedGeneration: number }) {
  const name = uniqueName('budget');
  await admin.create(budgetKind, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { namespace, name },
    spec: { minAvailable: 1, selector: { matchLabels: { app } } },
  });
  const body = { status: { currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, ...status } };
  await admin.patch(budgetKind, { namespace, name }, { type: 'merge', body }, { subresource: 'status' });
  return name;
}

async function isEnding(name: string): Promise<boolean> {
  return (await admin.get(podKind, { namespace, name })).metadata.deletionTimestamp !== undefined;
}

/** What the kubelet does when the containers have ended. */
const end = (name: string) => admin.delete(podKind, { namespace, name }, { gracePeriodSeconds: 0 });

const options = (): DrainOptions => ({
  withoutController: 'keep',
  unconfirmed: 'wait',
  clock: new FakeClock(Date.now()), // the API server may take its time
  signal: AbortSignal.timeout(60_000),
});

const drain = (node: string, other: Partial<DrainOptions> = {}) => drainNode(admin, node, { ...options(), ...other });

test('evicts what has to go, leaves the rest, and is done when the pods are gone', async () => {
  const node = uniqueName('node');
  const going = [await startPod({ node }), await startPod({ node, owner: 'StatefulSet', emptyDir: true })];
  const staying = [
    await startPod({ node, owner: 'DaemonSet' }),
    await startPod({ node, owner: 'Job', phase: 'Succeeded' }),
    await startPod({ node: uniqueName('other') }),
  ];
  expect(await drain(node)).toEqual({ remaining: 2, blocked: [] });
  expect(await Promise.all(going.map(isEnding))).toEqual([true, true]);
  expect(await Promise.all(staying.map(isEnding))).toEqual([false, false, false]);

  expect(await drain(node)).toEqual({ remaining: 2, blocked: [] });
  await Promise.all(going.map(end));
  expect(await drain(node)).toEqual({ remaining: 0, blocked: [] });
});

test('gives pods the time they ask for, or the time it is told', async () => {
  const node = uniqueName('node');
  const [own, short] = [await startPod({ node }), await startPod({ node: `${node}-b` })];
  await drain(node);
  await drain(`${node}-b`, { gracePeriodSeconds: 7 });
  const grace = async (name: string) =>
    (await admin.get(podKind, { namespace, name })).metadata.deletionGracePeriodSeconds;
  expect([await grace(own), await grace(short)]).toEqual([60, 7]);
});

test('a budget keeps its pod, is named, and lets the other pods go', async () => {
  const node = uniqueName('node');
  const app = uniqueName('app');
  const kept = await startPod({ node, app });
  const free = await startPod({ node });
  const name = await budget(app, { disruptionsAllowed: 0, observedGeneration: 1 });
  expect(await drain(node)).toEqual({
    remaining: 2,
    blocked: [
      { namespace, name: kept, reason: `The disruption budget ${name} needs 1 healthy pods and has 1 currently` },
    ],
  });
  expect([await isEnding(kept), await isEnding(free)]).toEqual([false, true]);

  const body = { status: { disruptionsAllowed: 1, currentHealthy: 2 } };
  await admin.patch(budgetKind, { namespace, name }, { type: 'merge', body }, { subresource: 'status' });
  expect(await drain(node)).toEqual({ remaining: 2, blocked: [] });
  expect(await isEnding(kept)).toBe(true);
});

test('a budget that nobody has looked at yet holds up its pod and no other, for five seconds', async () => {
  const node = uniqueName('node');
  const app = uniqueName('app');
  const kept = await startPod({ node, app });
  const free = await startPod({ node });
  await budget(app, { disruptionsAllowed: 0, observedGeneration: 0 });
  const clock = new FakeClock(Date.now());
  const pass = drain(node, { clock });
  const isAlone = async () => (await isEnding(free)) && clock.pendingTimers === 1;
  await waitFor(isAlone, { description: 'the other pod is evicted' });
  await clock.advance(5_000);
  const { blocked } = await pass;
  expect(blocked).toEqual([{ namespace, name: kept, reason: expect.stringMatching(/has not decided .* within 5 s/) }]);
});

test('two budgets for one pod, which the API refuses, are said', async () => {
  const node = uniqueName('node');
  const app = uniqueName('app');
  await startPod({ node, app });
  await budget(app, { disruptionsAllowed: 1, observedGeneration: 1 });
  await budget(app, { disruptionsAllowed: 1, observedGeneration: 1 });
  expect(await drain(node)).toMatchObject({
    remaining: 1,
    blocked: [{ reason: expect.stringMatching(/more than one PodDisruptionBudget/) }],
  });
});

test('a pod without a controller stays, unless it may be lost', async () => {
  const node = uniqueName('node');
  const name = await startPod({ node, owner: '' });
  expect(await drain(node)).toMatchObject({
    remaining: 1,
    blocked: [{ name, reason: expect.stringMatching(/no controller/) }],
  });
  expect(await isEnding(name)).toBe(false);
  expect(await drain(node, { withoutController: 'evict' })).toEqual({ remaining: 1, blocked: [] });
  expect(await isEnding(name)).toBe(true);
});

test('what the status has room for is told of many blocked pods', async () => {
  const node = uniqueName('node');
  const app = uniqueName('app');
  await budget(app, { disruptionsAllowed: 0, observedGeneration: 1 });
  const names = await Promise.all(Array.from({ length: 40 }, () => startPod({ node, app })));
  const { remaining, blocked } = await drain(node);
  expect(remaining).toBe(40);
  expect(blocked.map(({ name }) => name)).toEqual(names.toSorted().slice(0, 32));
});

test('an API server that cannot be asked is an error, not an empty node', async () => {
  const gone = new AbortController();
  gone.abort(new Error('stopped'));
  await expect(drain('n', { signal: gone.signal })).rejects.toThrow('stopped');
  const kubeconfig = await controlPlane.user(uniqueName('nobody'));
  const nobody = await connect({ kubeconfig, userAgent: 'test/1', logger: discardLogger });
  await expect(drainNode(nobody, 'n', options())).rejects.toMatchObject({ code: 'Forbidden' });
  await nobody.close();
});

describe('of a pod that is on its list and has gone meanwhile', () => {
  /** The API as it was when the pods were listed, for reading. */
  async function asListed(node: string): Promise<Client> {
    const listed = await admin.list(podKind, { fieldSelector: `spec.nodeName=${node}` });
    return { list: () => Promise.resolve(listed), create: admin.create.bind(admin) } as unknown as Client;
  }

  test('nothing is said', async () => {
    const node = uniqueName('node');
    const name = await startPod({ node });
    const client = await asListed(node);
    await end(name);
    expect((await drainNode(client, node, options())).blocked).toEqual([]);
  });

  test('the next one of its name, on another node, stays', async () => {
    const node = uniqueName('node');
    const name = await startPod({ node, owner: 'StatefulSet' });
    const client = await asListed(node);
    await end(name);
    await startPod({ node: uniqueName('elsewhere'), owner: 'StatefulSet', name });
    await drainNode(client, node, options());
    expect(await isEnding(name)).toBe(false);
  });
});
