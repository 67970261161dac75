import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sharedControlPlane } from '@tke/envtest';
import type { Client } from '@tke/kube-client';

import { nodeSpec } from '../../kubeadm/testing/inputs.ts';
import { anyIP, memberClient, registerNode } from '../testing/member.ts';
import { attemptAt, machines, testScope } from '../testing/scope.ts';
import { ensureNodeReady } from './ensure-node-ready.ts';
import { findNode } from './find-node.ts';
import { ensureMarkControlPlane, ensureMarkNode } from './mark-node.ts';
import { nodeKind, type Node } from './node.ts';

const { signal } = new AbortController();
// The API server gives it to every new Node.
const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
const controlPlaneTaint = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };
let member: Client;

beforeAll(async () => {
  member = await memberClient(await sharedControlPlane());
});
afterAll(() => member.close());

describe('EnsureMarkNode', () => {
  test('gives a worker what spec names, and waits for it to register', async () => {
    const ip = anyIP();
    const node = nodeSpec({
      ip,
      role: 'Worker',
      labels: { rack: 'a', 'node-role.kubernetes.io/edge': '' },
      annotations: { note: 'x' },
      taints: [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }],
    });
    const run = () => ensureMarkNode.run(testScope({ member, nodes: [node] }), attemptAt(ip));
    await expect(run()).resolves.toEqual({ message: `waiting for node ${ip} to register` });
    await registerNode(member, ip);
    await expect(run()).resolves.toBeUndefined();
    const marked = await findNode(member, ip, signal);
    expect(marked?.metadata.labels).toMatchObject({ rack: 'a', 'node-role.kubernetes.io/edge': '' });
    expect(marked?.metadata.annotations).toMatchObject({ note: 'x' });
    expect(marked?.spec?.taints).toMatchObject([notReady, { key: 'gpu', value: 'yes', effect: 'NoExecute' }]);
    await run();
    expect((await findNode(member, ip, signal))?.metadata.resourceVersion).toBe(marked?.metadata.resourceVersion);
  });

  test('reads again what has changed in between', async () => {
    const ip = anyIP();
    await registerNode(member, ip);
    const rival = {
      async get() {
        const before = await findNode(member, ip, signal);
        const body = { spec: { taints: [{ key: 'other', effect: 'NoSchedule' }] } };
        await member.patch<Node>(nodeKind, { name: ip }, { type: 'merge', body });
        return before;
      },
      patch: member.patch.bind(member),
    } as unknown as Client;
    const nodes = [nodeSpec({ ip, role: 'Worker', taints: [{ key: 'gpu', effect: 'NoSchedule' }] })];
    const run = (client: Client) => ensureMarkNode.run(testScope({ member: client, nodes }), attemptAt(ip));
    await expect(run(rival)).resolves.toMatchObject({ message: `node ${ip} has changed in between` });
    await expect(run(member)).resolves.toBeUndefined();
    expect((await findNode(member, ip, signal))?.spec?.taints?.map(({ key }) => key)).toEqual(['other', 'gpu']);
  });
});

test('EnsureMarkControlPlane marks hosts of the control plane, and lets pods there where spec says so', async () => {
  const ip = anyIP();
  await registerNode(member, ip);
  const run = async (enableMasterSchedule: boolean) => {
    const spec = { machines: machines(ip), features: { enableMasterSchedule } };
    await ensureMarkControlPlane.run(testScope({ member, spec }), attemptAt(ip));
    return findNode(member, ip, signal);
  };
  const marked = await run(false);
  expect(marked?.metadata.labels).toMatchObject({ 'node-role.kubernetes.io/control-plane': '' });
  expect(marked?.spec?.taints).toEqual([notReady, controlPlaneTaint]);
  expect((await run(true))?.spec?.taints).toEqual([notReady]);
});

describe('EnsureNodeReady', () => {
  const run = (ip: string) =>
    ensureNodeReady.run(testScope({ member, nodes: [nodeSpec({ ip, role: 'Worker' })] }), attemptAt(ip));

  test('says why a node is not ready', async () => {
    const ip = anyIP();
    await expect(run(ip)).resolves.toMatchObject({ message: `node ${ip} is not ready: it has not registered` });
    await registerNode(member, ip, { why: 'cni plugin not initialized' });
    await expect(run(ip)).resolves.toMatchObject({ message: `node ${ip} is not ready: cni plugin not initialized` });
  });

  test('ends when it is', async () => {
    const ip = anyIP();
    await registerNode(member, ip, { ready: true });
    await expect(run(ip)).resolves.toBeUndefined();
  });
});
