import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { waitFor } from '@tke/envtest';

import { Balancer } from '../balancer.ts';
import { lastingDifference, type Snapshot } from '../hosts/snapshot.ts';
import type { BareHost } from '../hosts/bare-host.ts';
import { ApiPoller, type PollReport } from './api-poller.ts';
import { ClusterLab } from './cluster-lab.ts';
import { credentialsInUse, type CredentialsInUse } from './credentials-in-use.ts';
import { etcdMembersOn } from './etcd-members.ts';
import { mustSucceed } from './kubectl.ts';
import { clusterManifest, machineManifest } from './manifests.ts';
import { Progress } from './progress.ts';

const minutes = 60_000;
jest.setTimeout(30 * minutes);
const version = '1.36.3';
const name = 'cls-three';
const what = `cluster/${name}`;
const port = 6443;
const role = 'node-role.kubernetes.io/control-plane';
let lab: ClusterLab;
let progress: Progress;
let balancer: Balancer | undefined;
let controlPlane: readonly [BareHost, BareHost, BareHost];
let worker: BareHost;
const before = new Map<BareHost, Snapshot>();

beforeAll(async () => {
  lab = await ClusterLab.start();
  await lab.replaceLeadersSoon();
  progress = new Progress(lab.hub);
  const [first, second, third, last] = await lab.boot('one', 'two', 'three', 'worker');
  controlPlane = [first!, second!, third!];
  worker = last!;
  for (const host of [...controlPlane, worker]) {
    before.set(host, await host.snapshot());
  }
  const endpoints = controlPlane.map(({ ip }) => ({ host: ip, port }));
  balancer = await Balancer.listen({ host: lab.gateway, port }, endpoints, { healthPath: '/readyz' });
}, 20 * minutes);

afterAll(async () => {
  await balancer?.close();
  await lab.stop();
}, 2 * minutes);

interface JournalEntry {
  readonly step: string;
  readonly host: string;
  readonly state: string;
  readonly attempt: number;
  readonly finishedAt?: string;
}

async function journal(step = /./): Promise<readonly JournalEntry[]> {
  const entries = JSON.parse((await progress.get(what, '{.status.plan.journal}')) || '[]') as readonly JournalEntry[];
  return entries.filter((entry) => step.test(entry.step));
}

async function untilCondition(type: string, wanted: RegExp, timeoutMs = 8 * minutes): Promise<string> {
  let seen = '';
  await waitFor(async () => wanted.test((seen = await progress.condition(what, type))), {
    description: `${type} is ${String(wanted)}`,
    timeoutMs,
    intervalMs: 500,
  });
  return seen;
}

async function untilWhole(): Promise<void> {
  await untilCondition('ControlPlaneHealthy', /^True AllAvailable/);
  await untilCondition('Ready', /^True .*4 of 4 nodes ready/);
}

/** kubectl, through the balancer. */
async function inMember(...args: readonly string[]): Promise<string> {
  return mustSucceed(await lab.member(name, lab.gateway))(...args);
}

/** A request that meets a host just when that goes has to be repeated. */
async function takesWrites(without: BareHost): Promise<void> {
  const write = ['annotate', '--overwrite', '--request-timeout=10s', 'namespace', 'default', `without=${without.name}`];
  await waitFor(
    () =>
      inMember(...write).then(
        () => true,
        () => false,
      ),
    {
      description: `the API takes writes without ${without.name}`,
      timeoutMs: 2 * minutes,
      intervalMs: 1000,
    },
  );
}

/** How requests through the balancer were answered meanwhile. */
async function polledDuring(work: () => Promise<unknown>): Promise<PollReport> {
  const secret = await lab.hub.must(['-n', 'tke-system', 'get', 'secret', `${name}-admin`, '-o', 'json']);
  const { data } = JSON.parse(secret) as { data: Record<string, string> };
  const [ca = '', cert = '', key = ''] = ['ca.crt', 'tls.crt', 'tls.key'].map((file) =>
    Buffer.from(data[file] ?? '', 'base64').toString('utf8'),
  );
  const poller = new ApiPoller({ host: lab.gateway, port, ca, cert, key });
  await work().finally(() => poller.stop());
  return poller.stop();
}

describe('a cluster with three hosts of the control plane behind a balancer', () => {
  test('comes up though its leader is killed between the joins of the second and the third, and nothing is done twice', async () => {
    const [, second, third] = controlPlane;
    const features = { ha: { thirdParty: { vip: lab.gateway, vport: port } } };
    await lab.hub.apply(clusterManifest(name, { version, controlPlane, features }));
    await lab.hub.apply(machineManifest('mc-worker', name, worker));
    const hasJoined = async ({ ip }: BareHost) =>
      (await journal(/^EnsureJoinPhaseControlPlaneJoinETCD$/)).some(
        ({ host, state }) => host === ip && state === 'Done',
      );
    await waitFor(() => hasJoined(second), {
      description: 'the second host has joined',
      timeoutMs: 15 * minutes,
      intervalMs: 50,
    });
    expect(await hasJoined(third)).toBe(false);
    await (await lab.hub.kill('manager')).revive();
    await progress.ready(what, 'machine/mc-worker');
    expect((await journal()).filter(({ state }) => state !== 'Done')).toEqual([]);
    expect((await journal(/^EnsureJoinPhase/)).filter(({ attempt }) => attempt !== 1)).toEqual([]);
  });

  test('has three members of etcd that vote, and nodes with the marks of their role', async () => {
    const voters = controlPlane.map(({ ip }) => `${ip} started voter`).toSorted();
    for (const host of controlPlane) {
      expect(await etcdMembersOn(host)).toEqual(voters);
    }
    const path = '{range .items[*]}{.metadata.name} {.spec.taints[*].key},{end}';
    const nodes = (await inMember('get', 'nodes', '-o', `jsonpath=${path}`)).split(',').filter(Boolean);
    expect(nodes.toSorted()).toEqual([...controlPlane.map(({ ip }) => `${ip} ${role}`), `${worker.ip} `].toSorted());
    const labelled = await inMember('get', 'nodes', '-l', role, '-o', 'name');
    expect(labelled.split('\n').toSorted()).toEqual(controlPlane.map(({ ip }) => `node/${ip}`).toSorted());
  });

  test('has DNS on two hosts', async () => {
    const path = '{range .items[*]}{.spec.nodeName},{end}';
    const hosts = () =>
      inMember('-n', 'kube-system', 'get', 'pods', '-l', 'k8s-app=kube-dns', '-o', `jsonpath=${path}`);
    await waitFor(async () => new Set((await hosts()).split(',').filter(Boolean)).size === 2, {
      description: 'the pods of CoreDNS are on two hosts',
      timeoutMs: 5 * minutes,
    });
  });

  test('is told to be whole', async () => {
    await untilWhole();
    expect(await untilCondition('MembersAgree', /^True Agree/)).toContain('members of etcd are the same hosts');
    await untilCondition('RoutesComplete', /^True/);
    await untilCondition('AuthorizationCurrent', /^True/);
    const components = '{range .status.components[*]}{.type} {.replicas.available}/{.replicas.desired},{end}';
    expect(await progress.get(what, components)).toBe(
      'etcd 3/3,kube-apiserver 3/3,kube-controller-manager 3/3,kube-scheduler 3/3,',
    );
  });
});

describe('without one of its hosts', () => {
  test('it works and says what is missing while the first hangs, and is whole when that goes on', async () => {
    const [first] = controlPlane;
    await first.freeze();
    const { failed } = await polledDuring(async () => {
      await takesWrites(first);
      const told = await untilCondition('ControlPlaneHealthy', /^False ComponentUnavailable/);
      expect(told).toContain(`etcd: 2 of 3 are ready, not on ${first.ip}`);
      expect(told).toContain(`kube-apiserver: 2 of 3 are ready, not on ${first.ip}`);
      await untilCondition('Ready', /^True .*3 of 4 nodes ready/);
    }).finally(() => first.thaw());
    expect(failed).toEqual([]);
    await untilWhole();
  });

  test('it works while the second is shut down, and the third loses power, and they come back by themselves', async () => {
    const [, second, third] = controlPlane;
    const isBack = (host: BareHost) =>
      waitFor(
        async () =>
          (await host.exec(['kubectl', '--kubeconfig', '/root/.kube/config', 'get', '--raw', '/readyz'])).exitCode ===
          0,
        { description: `the API server of ${host.name} is back`, timeoutMs: 5 * minutes, intervalMs: 500 },
      );
    const report = await polledDuring(async () => {
      await second.stop();
      await takesWrites(second);
      await second.start();
      await isBack(second);
      await third.crash();
      await takesWrites(third);
      await isBack(third);
    });
    expect(report.failed).toEqual([]);
    const voters = controlPlane.map(({ ip }) => `${ip} started voter`).toSorted();
    expect(await etcdMembersOn(third)).toEqual(voters);
    await untilWhole();
  });
});

describe('certificates', () => {
  const inUse = async () => {
    const found: CredentialsInUse[] = [];
    for (const host of controlPlane) {
      found.push(await credentialsInUse(lab, name, host));
    }
    return found;
  };

  test('of all three are renewed, host after host, and the API is never away', async () => {
    const former = await inUse();
    const report = await polledDuring(async () => {
      await lab.hub.must(['annotate', what, `platform.tkestack.io/renew-certificates=${new Date().toISOString()}`]);
      await untilCondition('CertificatesRenewed', /^True Renewed/, 15 * minutes);
    });
    expect(report.failed).toEqual([]);
    (await inUse()).forEach(({ serials, ...rest }, index) => {
      const was = former[index]!;
      for (const whose of ['apiServer', 'etcd', 'platform'] as const) {
        expect(serials[whose]).not.toBe(was.serials[whose]);
      }
      for (const kind of ['pods', 'files'] as const) {
        expect(rest[kind].filter((each) => was[kind].includes(each))).toEqual([]);
      }
    });
    const finished = (await journal(/^EnsureRenewCerts$/)).map(({ finishedAt = '' }) => Date.parse(finishedAt));
    for (const [index, { ip }] of controlPlane.entries()) {
      const path = 'jsonpath={.metadata.creationTimestamp}';
      const began = Date.parse(await inMember('-n', 'kube-system', 'get', 'pod', `etcd-${ip}`, '-o', path));
      expect(began).toBeLessThanOrEqual(finished[index]!);
      expect(began).toBeGreaterThanOrEqual((finished[index - 1] ?? 0) - 1000); // it has no fractions of seconds
    }
    await untilWhole();
  });
});

test('a deleted cluster leaves its hosts as they were found', async () => {
  await lab.hub.must(['delete', 'cluster', name, '--timeout=900s']);
  for (const host of [...controlPlane, worker]) {
    expect({ host: host.name, left: await lastingDifference(before.get(host)!, () => host.snapshot()) }).toEqual({
      host: host.name,
      left: [],
    });
  }
});
