import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { ControlPlane, waitFor } from '@tke/envtest';

import { HubUnderTest } from '../../e2e/hub-under-test.ts';
import { MemberFronts } from './member-fronts.ts';

const settleMs = 30_000;
const mebibyte = 1024; // in the KiB of /proc

/** MiB that the manager has in memory with so many imported clusters; `counts` ascends. */
export async function measureMemory(counts: readonly number[]): Promise<readonly number[]> {
  const hub = await HubUnderTest.create();
  const server = await ControlPlane.start();
  const fronts = await MemberFronts.start(server);
  try {
    await hub.up();
    await fill(server);
    const figures: number[] = [];
    let imported = 0;
    for (const count of counts) {
      const names = Array.from({ length: count - imported }, (_, index) => `cls-${imported + index}`);
      for (const name of names) {
        await importMember(hub, name, fronts.kubeconfig(name));
      }
      imported = count;
      await allReady(hub, count);
      await sleep(settleMs);
      figures.push(await residentMebibytes(hub));
    }
    return figures;
  } finally {
    await fronts.stop();
    await server.stop();
    await hub.remove();
  }
}

async function importMember(hub: HubUnderTest, name: string, kubeconfig: string): Promise<void> {
  const labels = { 'platform.tkestack.io/tenant-id': 'default' };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'tke-system', name, labels } };
  const spec = { tenantID: 'default', type: 'Imported', displayName: name, credentialSecretRef: { name } };
  const cluster = { apiVersion: 'platform.tkestack.io/v1', kind: 'Cluster', metadata: { name }, spec };
  await hub.apply({ apiVersion: 'v1', kind: 'List', items: [{ ...secret, stringData: { kubeconfig } }, cluster] });
}

async function allReady(hub: HubUnderTest, count: number): Promise<void> {
  const path = '{range .items[*].status.conditions[?(@.type=="Ready")]}{.status}{"\\n"}{end}';
  const ready = async () => {
    const statuses = await hub.must(['get', 'clusters', '-o', `jsonpath=${path}`]);
    return statuses.split('\n').filter((status) => status === 'True').length === count;
  };
  await waitFor(ready, { description: `${count} clusters are Ready`, timeoutMs: 300_000, intervalMs: 1000 });
}

async function residentMebibytes(hub: HubUnderTest): Promise<number> {
  const { pid } = await hub.process('manager');
  const [, kibibytes = ''] = /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) / mebibyte;
}

/** What a small cluster has. Nothing runs there: the objects are what a manager reads. */
async function fill(server: ControlPlane): Promise<void> {
  const nodes = Array.from({ length: 10 }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${index}`, labels: { 'kubernetes.io/hostname': `node-${index}` } },
    status: { capacity: { cpu: '8', memory: '16Gi', pods: '110' } },
  }));
  const pods = Array.from({ length: 100 }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name: `pod-${index}`, labels: { app: `app-${index % 10}` } },
    spec: {
      nodeName: `node-${index % 10}`,
      automountServiceAccountToken: false,
      containers: [
        { name: 'main', image: 'example.com/app:1', resources: { requests: { cpu: '100m', memory: '128Mi' } } },
      ],
    },
  }));
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'default', name: 'default' } };
  for (const items of [[account], nodes, pods]) {
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    const { code, stderr } = await server.access.kubectl(['apply', '--server-side', '-f', '-'], { input });
    if (code !== 0) {
      throw new Error(stderr);
    }
  }
}
