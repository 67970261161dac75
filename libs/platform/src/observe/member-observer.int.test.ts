import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { ControlPlane, waitFor } from '@tke/envtest';
import type { Client } from '@tke/kube-client';
import type { MemberCluster } from '@tke/member-cluster';
import { FakeClock } from '@tke/time';

import { nodeKind, type Node } from '../steps/node/node.ts';
import { podKind } from '../steps/node/pod.ts';
import { MemberObserver } from './member-observer.ts';
import { accessTo, adminOf, runningMembers } from './testing/members.ts';

const timeoutMs = 300_000;
const signal = new AbortController().signal;
const dayMs = 86_400_000;
let controlPlane: ControlPlane;
let admin: Client;

beforeAll(async () => {
  controlPlane = await ControlPlane.start();
  admin = await adminOf(controlPlane.access);
  await addNode('one', 'True');
  await addNode('two', 'False');
  await addPod('default', 'web', { node: 'one', cpu: '250m', memory: '64Mi' });
  await addPod('default', 'waits', { cpu: '7', memory: '7Gi' });
  await addPod('default', 'ended', { node: 'one', cpu: '3', phase: 'Succeeded' });
  await addPod('kube-system', 'etcd-a', { node: 'one', cpu: '100m', component: 'etcd', ready: 'True' });
  await addPod('kube-system', 'etcd-b', { node: 'two', cpu: '100m', component: 'etcd', ready: 'False' });
  await addPod('kube-system', 'scheduler', { node: 'one', component: 'kube-scheduler', ready: 'True' });
}, timeoutMs);

afterAll(async () => {
  await admin.close();
  await controlPlane.stop();
}, timeoutMs);

async function addNode(name: string, ready: string): Promise<void> {
  const status: Node['status'] = {
    capacity: { cpu: '4', memory: '8Gi', pods: '110' },
    allocatable: { cpu: '3900m', memory: '7Gi', pods: '110' },
    conditions: [{ type: 'Ready', status: ready }],
  };
  await admin.create(nodeKind, { apiVersion: 'v1', kind: 'Node', metadata: { name } });
  await admin.patch(nodeKind, { name }, { type: 'merge', body: { status } }, { subresource: 'status' });
}

async function setReady(name: string, ready: string): Promise<void> {
  const body = { status: { conditions: [{ type: 'Ready', status: ready }] } };
  await admin.patch(nodeKind, { name }, { type: 'merge', body }, { subresource: 'status' });
}

interface PodWish {
  readonly node?: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly phase?: string;
  readonly component?: string;
  readonly ready?: string;
}

async function addPod(namespace: string, name: string, wish: PodWish): Promise<void> {
  const { node, cpu = '0', memory = '0', phase = 'Running', component, ready = 'True' } = wish;
  const labels = component === undefined ? {} : { tier: 'control-plane', component };
  const container = { name: 'main', image: 'none', resources: { requests: { cpu, memory } } };
  const spec = { ...(node && { nodeName: node }), containers: [container] };
  const metadata = { namespace, name, labels };
  await admin.create(podKind, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
  const status = { phase, conditions: [{ type: 'Ready', status: ready }] };
  await admin.patch(podKind, { namespace, name }, { type: 'merge', body: { status } }, { subresource: 'status' });
}

async function healthy(member: MemberCluster): Promise<void> {
  await waitFor(() => member.health.state === 'Healthy', { description: 'the member answers', timeoutMs: 90_000 });
}

/** Time stands still: what a member is asked for may take any. */
const patient = () => new FakeClock(Date.now());

const condition = (observation: Awaited<ReturnType<MemberObserver['observe']>>, type: string) =>
  observation.conditions.find((one) => one.type === type);

test(
  'tells version, identity, nodes, resources, components and certificates of a member',
  async () => {
    const begin = Date.now();
    await using members = runningMembers();
    members.put('cls-a', await accessTo(controlPlane.access));
    const member = members.get('cls-a')!;
    await healthy(member);
    const observation = await new MemberObserver(patient(), undefined).observe(member, signal);
    const { uid } = (await admin.get({ ...nodeKind, kind: 'Namespace', plural: 'namespaces' }, { name: 'kube-system' }))
      .metadata;
    expect(observation.fields).toMatchObject({
      version: controlPlane.access.version.slice(1),
      kubeVendor: 'Other',
      uid,
      nodes: { total: 2, ready: 1 },
      resource: {
        capacity: { cpu: '8', memory: '16777216Ki', pods: '220' },
        allocatable: { cpu: '7800m', memory: '14680064Ki', pods: '220' },
        allocated: { cpu: '450m', memory: '65536Ki', pods: '4' },
      },
      components: [
        { type: 'etcd', replicas: { desired: 2, current: 2, available: 1, updated: 2 } },
        { type: 'kube-apiserver', replicas: { desired: 1, current: 1, available: 1, updated: 1 } },
        { type: 'kube-scheduler', replicas: { desired: 1, current: 1, available: 1, updated: 1 } },
      ],
      certificates: [{ name: 'client' }, { name: 'apiserver' }],
    });
    const { certificates, certificatesExpireAt, lastSeen } = observation.fields;
    const daysLeft = certificates!.map(({ notAfter }) => Math.round((Date.parse(notAfter) - Date.now()) / dayMs));
    expect(daysLeft).toEqual([100, 365]);
    expect(certificatesExpireAt).toBe(certificates![0]!.notAfter);
    expect(Date.parse(lastSeen!)).toBeGreaterThan(begin - 1_000); // whole seconds
    expect(Date.parse(lastSeen!)).toBeLessThanOrEqual(Date.now());
    expect(condition(observation, 'Connected')).toMatchObject({ status: 'True' });
    expect(condition(observation, 'Observed')).toMatchObject({ status: 'True' });
    expect(condition(observation, 'CertificatesValid')).toMatchObject({ status: 'True' });
    expect(condition(observation, 'ControlPlaneHealthy')).toMatchObject({
      status: 'False',
      message: 'etcd: 1 of 2 are ready, not on two',
    });
  },
  timeoutMs,
);

test(
  'asks the member once a minute at most',
  async () => {
    const clock = patient();
    const observer = new MemberObserver(clock, undefined);
    await using members = runningMembers();
    members.put('cls-a', await accessTo(controlPlane.access));
    const member = members.get('cls-a')!;
    await healthy(member);
    const nodesSeen = async () => (await observer.observe(member, signal)).fields.nodes?.total;
    expect(await nodesSeen()).toBe(2);
    await addNode('three', 'True');
    await clock.advance(59_000);
    expect(await nodesSeen()).toBe(2);
    await clock.advance(1_000);
    expect(await nodesSeen()).toBe(3);
    await admin.delete(nodeKind, { name: 'three' });
  },
  timeoutMs,
);

test(
  'counts nodes that are watched anyway without asking for them',
  async () => {
    await controlPlane.kubectl(['create', 'clusterrole', 'node-watcher', '--verb=list,watch', '--resource=nodes']);
    await controlPlane.kubectl(['create', 'clusterrolebinding', 'w', '--clusterrole=node-watcher', '--user=watcher']);
    await using members = runningMembers();
    members.put('cls-a', await accessTo(controlPlane.access, 'watcher', 'nobody'));
    const member = members.get('cls-a')!;
    const informer = member.cache.informer(nodeKind);
    await waitFor(() => informer.synced, { description: 'the nodes', timeoutMs: 90_000 });
    await controlPlane.kubectl(['delete', 'clusterrolebinding', 'w']);
    const { fields } = await new MemberObserver(patient(), undefined).observe(member, signal);
    expect(fields.nodes).toEqual({ total: 2, ready: 1 });
  },
  timeoutMs,
);

test(
  'tells at once that a watched node is lost, and what it takes along; of one that comes and goes every five seconds',
  async () => {
    const clock = patient();
    const observer = new MemberObserver(clock, undefined);
    await using members = runningMembers();
    members.put('cls-a', await accessTo(controlPlane.access));
    const member = members.get('cls-a')!;
    const informer = member.cache.informer(nodeKind);
    await waitFor(() => informer.synced, { description: 'the nodes', timeoutMs: 90_000 });
    await healthy(member);
    const look = async () => {
      const observation = await observer.observe(member, signal);
      return [observation.fields.nodes?.ready, condition(observation, 'ControlPlaneHealthy')?.message];
    };
    expect(await look()).toEqual([1, 'etcd: 1 of 2 are ready, not on two']);
    await clock.advance(5_000);
    await setReady('one', 'Unknown');
    const lost = [0, 'etcd: 0 of 2 are ready, not on one, two; kube-scheduler: 0 of 1 are ready, not on one'];
    await waitFor(async () => JSON.stringify(await look()) === JSON.stringify(lost), { description: 'it is told' });
    await setReady('one', 'True');
    const lookAgainInMs = async () => (await observer.observe(member, signal)).lookAgainInMs;
    await waitFor(async () => (await lookAgainInMs()) === 5_000, { description: 'it is seen to be back' });
    expect(await look()).toEqual(lost);
    await clock.advance(5_000);
    expect([(await look())[0], await lookAgainInMs()]).toEqual([1, undefined]);
  },
  timeoutMs,
);

test(
  'what the credential may not read is told, and does not keep the rest away',
  async () => {
    await controlPlane.kubectl(['create', 'clusterrole', 'node-reader', '--verb=list', '--resource=nodes']);
    await controlPlane.kubectl(['create', 'clusterrolebinding', 'r', '--clusterrole=node-reader', '--user=reader']);
    const mayList = async () =>
      (await controlPlane.kubectl(['auth', 'can-i', 'list', 'nodes', '--as=reader'])).code === 0;
    await waitFor(mayList, { description: 'the rights of the reader hold' });
    await using members = runningMembers();
    members.put('cls-a', await accessTo(controlPlane.access, 'reader', 'nobody'));
    const member = members.get('cls-a')!;
    await healthy(member);
    const observation = await new MemberObserver(patient(), undefined).observe(member, signal);
    expect(observation.fields.nodes).toEqual({ total: 2, ready: 1 });
    expect(observation.fields).not.toHaveProperty('components');
    expect(observation.fields.resource).not.toHaveProperty('allocated');
    const { status, message } = condition(observation, 'Observed')!;
    expect([status, message]).toEqual(['False', expect.stringMatching(/pods: .*components: .*forbidden/s)]);
  },
  timeoutMs,
);

test(
  'of a member that has fallen silent it keeps what it knows, and says since when',
  async () => {
    await using members = runningMembers();
    const access = await accessTo(controlPlane.access);
    members.put('cls-a', access);
    const member = members.get('cls-a')!;
    await healthy(member);
    const observer = new MemberObserver(patient(), undefined);
    const before = await observer.observe(member, signal);
    controlPlane.pauseApiServer();
    try {
      await waitFor(() => member.health.state === 'Unhealthy', { description: 'the verdict', timeoutMs: 90_000 });
      const silent = await observer.observe(member, signal);
      expect(silent.fields.nodes).toEqual(before.fields.nodes);
      expect(Date.parse(silent.fields.lastSeen!)).toBe(Math.floor(member.health.lastSeen! / 1000) * 1000);
      expect(condition(silent, 'Connected')).toMatchObject({
        status: 'False',
        message: expect.stringContaining(`has not answered since ${silent.fields.lastSeen!}`),
      });
      expect(condition(silent, 'ControlPlaneHealthy')).toMatchObject({ status: 'Unknown', reason: 'NotConnected' });
      expect(condition(silent, 'Observed')).toBeUndefined();
    } finally {
      controlPlane.resumeApiServer();
    }
    await healthy(member);
    expect(condition(await observer.observe(member, signal), 'Connected')).toMatchObject({ status: 'True' });
  },
  timeoutMs,
);
