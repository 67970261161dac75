import { beforeEach, expect, test } from '@jest/globals';

import { CodedError } from '@tke/errors';
import type { MemberCluster } from '@tke/member-cluster';

import type { HostsScope } from '../build/scope-builder.ts';
import { machineIPLabel } from '../names.ts';
import type { UnroutedHost } from '../network/apply-routes.ts';
import type { Node } from '../steps/node/node.ts';
import { RoutesKeeper } from './routes-keeper.ts';

const { signal } = new AbortController();
const ips = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];

function aNode(index: number, uid = `uid-${index}`): Node {
  const ip = ips[index] ?? '';
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: ip, uid, labels: { [machineIPLabel]: ip } },
    spec: { podCIDRs: [`10.244.${index}.0/24`] },
    status: { addresses: [{ type: 'InternalIP', address: ip }] },
  };
}

let nodes: Node[];
let visits: string[][];
let failing: UnroutedHost[];
let keeper: RoutesKeeper;

beforeEach(() => {
  nodes = [aNode(0), aNode(1)];
  visits = [];
  failing = [];
  keeper = new RoutesKeeper((_scope, _signal, hosts) => {
    visits.push([...hosts]);
    return Promise.resolve(failing);
  });
});

/** One pass over a cluster of three hosts, of which those with a Node have joined. */
function pass(spec: object = {}) {
  const member = { cache: { list: () => nodes } } as unknown as MemberCluster;
  const cluster = { metadata: { uid: 'uid' }, spec } as unknown as HostsScope['cluster'];
  return keeper.keep(member, { cluster, allHosts: () => ips } as unknown as HostsScope, signal);
}

test('hosts that have joined are visited, once', async () => {
  await expect(pass()).resolves.toMatchObject({ type: 'RoutesComplete', status: 'True' });
  await expect(pass()).resolves.toMatchObject({ status: 'True' });
  expect(visits).toEqual([['10.0.0.1', '10.0.0.2']]);
});

test('a node that comes concerns all hosts, one that is registered anew with the same block its own host', async () => {
  await pass();
  nodes = [aNode(0), aNode(1), aNode(2)];
  await pass();
  nodes = [aNode(0), aNode(1, 'another'), aNode(2)];
  await pass();
  expect(visits.slice(1)).toEqual([ips, ['10.0.0.2']]);
});

test('a host that is out of reach is told, and visited again alone', async () => {
  failing = [{ ip: '10.0.0.2', error: new Error('no answer.') }];
  await expect(pass()).resolves.toMatchObject({
    status: 'False',
    reason: 'HostsNotRouted',
    message: expect.stringContaining('10.0.0.2 (no answer):'),
  });
  failing = [];
  await expect(pass()).resolves.toMatchObject({ status: 'True' });
  expect(visits).toEqual([['10.0.0.1', '10.0.0.2'], ['10.0.0.2']]);
});

test('nothing is said, and nobody visited, where the network is somebody else’s', async () => {
  await expect(pass({ features: { skipConditions: ['EnsureGalaxy'] } })).resolves.toBeUndefined();
  expect(visits).toEqual([]);
});

test('an API server that does not answer after all is no verdict on the routes', async () => {
  keeper = new RoutesKeeper(() => Promise.reject(new Error('no answer')));
  await expect(pass()).resolves.toMatchObject({ status: 'Unknown', reason: 'NodesNotRead' });
});

test('that another process leads is no fault of the routes', async () => {
  const error = new CodedError('LockSuperseded', { class: 'Retryable', remedy: '' }, 'held by another');
  keeper = new RoutesKeeper(() => Promise.reject(error));
  await expect(pass()).rejects.toBe(error);
});
