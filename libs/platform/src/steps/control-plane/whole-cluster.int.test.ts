import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sharedControlPlane } from '@tke/envtest';
import type { Client } from '@tke/kube-client';
import { coreKinds, type Kind, type KubeObject } from '@tke/meta';

import { nodeKind, type Node } from '../node/node.ts';
import { podKind } from '../node/pod.ts';
import { memberClient, registerNode } from '../testing/member.ts';
import { attemptAt, machines, testScope } from '../testing/scope.ts';
import { ensureClusterWorks } from './ensure-cluster-works.ts';
import { ensureCreateClusterMark } from './ensure-create-cluster-mark.ts';
import { ensureDNSSpread } from './ensure-dns-spread.ts';

const first = '10.0.0.11';
const deployment: Kind = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};
const coredns = { namespace: 'kube-system', name: 'coredns' };
const answer = Buffer.from(['0010', '746b', '8180', '0001', '0001', '0000', '0000', '00000000'].join(''), 'hex');
const unknown = Buffer.from(['000c', '746b', '8183', '0001', '0000', '0000', '0000'].join(''), 'hex');

let member: Client;

// CoreDNS and the mark are there once in a cluster: no other test of the shared one may make them.
beforeAll(async () => {
  member = await memberClient(await sharedControlPlane());
});
afterAll(() => member.close());

interface HostAnswers {
  readonly service?: string;
  readonly dns?: Buffer;
  readonly bash?: number;
}

function run({ service = '', dns = answer, bash = 0 }: HostAnswers = {}) {
  const scope = testScope({ member });
  scope.host(first).answer = ([command]) =>
    command === 'kubectl' ? { exitCode: service === '' ? 0 : 1, stderr: service } : { exitCode: bash, bytes: dns };
  return ensureClusterWorks.run(scope, attemptAt(''));
}

describe('EnsureClusterWorks', () => {
  test('waits for nodes, DNS and services in turn, and says for what', async () => {
    await expect(run()).resolves.toMatchObject({ message: `node ${first} is not ready: it has not said why` });
    await registerNode(member, first, { why: 'cni plugin not initialized' });
    await expect(run()).resolves.toMatchObject({ message: `node ${first} is not ready: cni plugin not initialized` });
    const ready = { status: { conditions: [{ type: 'Ready', status: 'True', reason: 'R', message: '' }] } };
    await member.patch<Node>(nodeKind, { name: first }, { type: 'merge', body: ready }, { subresource: 'status' });

    await expect(run()).resolves.toMatchObject({ message: 'CoreDNS is not available yet' });
    const labels = { 'k8s-app': 'kube-dns' };
    await member.create(deployment, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: coredns,
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    } as KubeObject);
    await expect(run()).resolves.toMatchObject({ message: 'CoreDNS is not available yet' });
    const available = { status: { conditions: [{ type: 'Available', status: 'True' }] } };
    await member.patch(deployment, coredns, { type: 'merge', body: available }, { subresource: 'status' });

    await expect(run({ service: 'i/o timeout' })).resolves.toMatchObject({
      message: `the service kubernetes does not answer at 10.244.255.1 on ${first}: i/o timeout`,
    });
    await expect(run({ dns: unknown })).resolves.toMatchObject({
      message: `DNS at 10.244.255.10 does not know kubernetes.default.svc.cluster.local on ${first}: response code 3`,
    });
    await expect(run({ dns: Buffer.alloc(0), bash: 124 })).resolves.toMatchObject({
      message: expect.stringContaining('no answer'),
    });
    await expect(run({ bash: 127 })).rejects.toMatchObject({ code: 'BashMissing', class: 'NeedsUser' });
    await expect(run()).resolves.toBeUndefined();
  });
});

test('EnsureDNSSpread takes one pod of DNS away where all are on one host, and else none', async () => {
  const namespace = 'kube-system';
  const put = (name: string, nodeName: string) =>
    member.create(podKind, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace, name, labels: { 'k8s-app': 'kube-dns' } },
      spec: { nodeName, terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'i' }] },
    } as KubeObject);
  const left = async () =>
    (await member.list(podKind, { namespace, labelSelector: 'k8s-app=kube-dns' })).items.map(
      ({ metadata }) => metadata.name,
    );
  const scope = testScope({ member, spec: { machines: machines('10.0.0.11', '10.0.0.12') } });
  expect(ensureDNSSpread.targets(testScope({ member }))).toEqual([]);
  expect(ensureDNSSpread.targets(scope)).toEqual(['']);
  await put('coredns-a', first);
  await put('coredns-b', first);
  await expect(ensureDNSSpread.run(scope, attemptAt(''))).resolves.toBeUndefined();
  expect(await left()).toEqual(['coredns-b']);
  await put('coredns-c', '10.0.0.12');
  await expect(ensureDNSSpread.run(scope, attemptAt(''))).resolves.toBeUndefined();
  expect(await left()).toEqual(['coredns-b', 'coredns-c']);
});

test('EnsureCreateClusterMark says in the cluster whose it is', async () => {
  const scope = testScope({ member });
  await expect(ensureCreateClusterMark.run(scope, attemptAt(''))).resolves.toBeUndefined();
  await ensureCreateClusterMark.run(scope, attemptAt(''));
  const key = { namespace: 'kube-system', name: 'tke' };
  const { data } = await member.get<coreKinds.ConfigMap>(coreKinds.configMap, key);
  expect(data).toEqual({ hub: 'hub-uid', cluster: 'cls-a', clusterUID: scope.cluster.metadata.uid });
});
