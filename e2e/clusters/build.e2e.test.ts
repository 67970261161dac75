import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { waitFor, type KubectlResult } from '@tke/envtest';

import { lastingDifference, type Snapshot } from '../hosts/snapshot.ts';
import type { BareHost } from '../hosts/bare-host.ts';
import { patience } from '../hub-under-test.ts';
import { ClusterLab } from './cluster-lab.ts';
import { letAliceListPods, mayAlice, untilAliceMayListPods } from './grants.ts';
import { mustSucceed } from './kubectl.ts';
import { clusterManifest, machineManifest } from './manifests.ts';
import { Progress } from './progress.ts';
import { guardedDeployment, loadWorkloadImage, proveServicesWork } from './workload.ts';

const minutes = 60_000;
// Longer than what a test waits for, so that a failure says what that was.
jest.setTimeout(20 * minutes);
const version = '1.36.3';
const name = 'cls-built';
let lab: ClusterLab;
let progress: Progress;
let hosts: readonly BareHost[];
let member: (...args: readonly string[]) => Promise<KubectlResult>;
const before = new Map<BareHost, Snapshot>();

beforeAll(async () => {
  lab = await ClusterLab.start();
  progress = new Progress(lab.hub);
  hosts = await lab.boot('master', 'worker-1', 'worker-2');
  for (const host of hosts) {
    before.set(host, await host.snapshot());
  }
}, 20 * minutes);

afterAll(() => lab.stop(), 5 * minutes);

const inMember = (...args: readonly string[]) => mustSucceed(member)(...args);
const blockedOf = (machine: string) =>
  progress.get(`machine/${machine}`, '{range .status.drain.blocked[*]}{.name} {.reason}{end}');
const column = (what: string, path: string) => progress.get(what, path);

describe('a cluster built on bare hosts', () => {
  test('is Ready when its control plane, DNS and services work', async () => {
    const [master, first, second] = hosts;
    await Promise.all([
      lab.hub.apply(clusterManifest(name, { version, controlPlane: [master!] })),
      lab.hub.apply(machineManifest('mc-1', name, first!, { labels: { zone: 'a' } })),
      lab.hub.apply(machineManifest('mc-2', name, second!)),
    ]);
    await progress.ready(`cluster/${name}`);
    member = await lab.member(name, master!.ip);
    expect(await column(`cluster/${name}`, '{.status.phase} {.status.version}')).toBe(`Running ${version}`);
    expect(await inMember('get', '--raw', '/readyz')).toBe('ok');
    expect(await inMember('get', 'nodes', '-o', 'name')).toContain(`node/${master!.ip}`);
  });

  test('takes machines, which were prepared while it was made, and whose pods reach each other by the names of services', async () => {
    const [, first] = hosts;
    await progress.ready('machine/mc-1', 'machine/mc-2');
    const built = await column(`cluster/${name}`, '{.status.plan.finishedAt}');
    for (const machine of ['machine/mc-1', 'machine/mc-2']) {
      const path = '{.status.plan.journal[?(@.step=="EnsureKubeadm")].startedAt}';
      expect(Date.parse(await column(machine, path))).toBeLessThan(Date.parse(built));
    }
    await loadWorkloadImage(hosts);
    await proveServicesWork({ inMember, apply: (object) => lab.applyTo(name, object) }, hosts);
    expect(await inMember('get', 'node', first!.ip, '-o', 'jsonpath={.metadata.labels.zone}')).toBe('a');
  });

  test('asks the hub who may do what', async () => {
    expect(await mayAlice(member, 'list', 'pods')).toMatch(/^no/);
    await letAliceListPods(lab.hub, name);
    await untilAliceMayListPods(member, patience);
    expect(await mayAlice(member, 'list', 'secrets')).toMatch(/^no/);
  });
});

describe('a machine', () => {
  test('follows its spec: labels, cordon, and a drain that says what blocks it', async () => {
    const [, first] = hosts;
    const patch = (spec: object) =>
      lab.hub.must(['patch', 'machine', 'mc-1', '--type=merge', '-p', JSON.stringify({ spec })]);
    const node = (path: string) => inMember('get', 'node', first!.ip, '-o', `jsonpath=${path}`);
    await patch({ labels: { tier: 'gold', zone: null }, availability: 'Cordoned' });
    await waitFor(
      async () => (await node('{.metadata.labels.tier}{.metadata.labels.zone}{.spec.unschedulable}')) === 'goldtrue',
      {
        description: 'labels and cordon are on the node',
        timeoutMs: patience,
      },
    );
    // Nobody would bring back a pod without a controller: it is not evicted for this.
    await patch({ availability: 'Drained' });
    await waitFor(async () => (await column('machine/mc-1', '{.status.drain.blocked[*].name}')) === 'web-1', {
      description: 'what blocks the drain is in status',
      timeoutMs: patience,
    });
    expect(await inMember('get', 'pod', 'web-1', '-o', 'jsonpath={.status.phase}')).toBe('Running');
    await patch({ availability: 'Active' });
    await waitFor(async () => (await node('{.spec.unschedulable}')) === '', {
      description: 'uncordoned',
      timeoutMs: patience,
    });
  });

  test('is not emptied of what a PodDisruptionBudget protects, and says so, until that lets go', async () => {
    const [, , second] = hosts;
    const drain = (availability: string) =>
      lab.hub.must(['patch', 'machine', 'mc-2', '--type=merge', '-p', JSON.stringify({ spec: { availability } })]);
    await inMember('delete', 'pod', 'web-2');
    for (const object of guardedDeployment('guarded', second!.ip)) {
      await lab.applyTo(name, object);
    }
    await inMember('wait', '--for=condition=Available', '--timeout=180s', 'deployment/guarded');
    const here = ['get', 'pods', '-l', 'app=guarded', '--field-selector', `spec.nodeName=${second!.ip}`];
    const pod = await inMember(...here, '-o', 'name');
    await drain('Drained');
    await waitFor(async () => /guarded-\S+ .*disruption budget/i.test(await blockedOf('mc-2')), {
      description: 'what blocks the drain, and why, is in status',
      timeoutMs: patience,
    });
    expect(await inMember(...here, '-o', 'name')).toBe(pod);
    await inMember('delete', 'pdb', 'guarded');
    await waitFor(async () => (await inMember(...here, '-o', 'name')) === '', {
      description: 'the pod is evicted',
      timeoutMs: 3 * minutes,
    });
    await waitFor(async () => (await blockedOf('mc-2')) === '', {
      description: 'nothing is said to block any more',
      timeoutMs: patience,
    });
    await inMember('delete', 'deployment', 'guarded');
    await drain('Active');
  });

  test('leaves its host as it was found when it is deleted, and can join again', async () => {
    const [, first] = hosts;
    await lab.hub.must(['delete', 'machine', 'mc-1', '--timeout=400s']);
    expect(await lastingDifference(before.get(first!)!, () => first!.snapshot())).toEqual([]);
    expect((await member('get', 'node', first!.ip)).stderr).toContain('NotFound');
    await lab.hub.apply(machineManifest('mc-3', name, first!));
    await progress.ready('machine/mc-3');
    await inMember('wait', '--for=condition=Ready', `node/${first!.ip}`, '--timeout=120s');
  });
});

test('a deleted cluster leaves its hosts as they were found, though the leader is killed in the middle of it', async () => {
  await lab.hub.must(['delete', 'cluster', name, '--wait=false']);
  await progress.killLeaderIn(`cluster/${name}`, 'EnsureHostReset');
  await lab.hub.must(['wait', '--for=delete', `cluster/${name}`, '--timeout=400s']);
  for (const host of hosts) {
    expect({ host: host.name, left: await lastingDifference(before.get(host)!, () => host.snapshot()) }).toEqual({
      host: host.name,
      left: [],
    });
  }
  expect(await lab.hub.must(['get', 'machines,clustercredentials', '-o', 'name'])).toBe('');
});
