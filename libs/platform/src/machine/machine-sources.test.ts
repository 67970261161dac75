import { describe, expect, test } from '@jest/globals';

import type { Cluster, Machine } from '@tke/api-platform';
import type { MemberClusters, MemberEvent } from '@tke/member-cluster';
import type { CacheReader, Request } from '@tke/runtime';

import type { Node } from '../steps/node/node.ts';
import { clusterMatters, MachineMappers, memberSource, nodeMatters } from './machine-sources.ts';

const aCluster = (status: object): Cluster =>
  ({ metadata: { name: 'cls-a', generation: 1 }, spec: {}, status }) as unknown as Cluster;

test('a cluster wakes its machines when its hosts have passed preflight, when it can be joined and when it is built, not when its nodes are counted', () => {
  const building = aCluster({ plan: { operation: 'Create', step: 'A' } });
  const update = clusterMatters.update!;
  expect(update(building, aCluster({ plan: { operation: 'Create', step: 'B' } }))).toBe(false);
  expect(update(building, aCluster({ plan: { operation: 'Create', finishedAt: 'x' } }))).toBe(true);
  const prepared = (completed: number) => aCluster({ plan: { operation: 'Create', completed } });
  expect(update(prepared(0), prepared(1))).toBe(true);
  expect(update(prepared(1), prepared(2))).toBe(false);
  const at = (step: string) => aCluster({ plan: { operation: 'Create', completed: 20, step } });
  expect(update(at('EnsureMarkControlPlane'), at('EnsureNetwork'))).toBe(true);
  expect(update(at('EnsureKubeadmInitPhaseAddon'), at('EnsureMarkControlPlane'))).toBe(false);
  expect(update(aCluster({ nodes: { total: 1 } }), aCluster({ nodes: { total: 2 } }))).toBe(false);
});

test('a node wakes its machine when it says something else, not by its heartbeats', () => {
  const aNode = (ready: string, at: string, labels = {}): Node =>
    ({
      metadata: { name: 'n', labels, resourceVersion: at },
      status: {
        conditions: [{ type: 'Ready', status: ready, lastHeartbeatTime: at }],
        images: [{ names: [at] }],
        nodeInfo: { kubeletVersion: 'v1.36.3' },
      },
    }) as unknown as Node;
  const update = nodeMatters.update!;
  expect(update(aNode('True', '1'), aNode('True', '2'))).toBe(false);
  expect(update(aNode('True', '1'), aNode('Unknown', '2'))).toBe(true);
  expect(update(aNode('True', '1'), aNode('True', '2', { a: 'b' }))).toBe(true);
});

describe('members', () => {
  test('wake their machines when their health changes, and not at each event', async () => {
    let tell!: (event: MemberEvent) => void;
    const members = {
      onEvent: (handler: typeof tell) => ((tell = handler), () => undefined),
    } as unknown as MemberClusters;
    const cache = { list: () => [{ metadata: { name: 'mc-a' } } as Machine] } as unknown as CacheReader;
    const woken: Request[] = [];
    await memberSource(members, new MachineMappers(cache)).start(
      (request) => woken.push(request),
      new AbortController().signal,
    );
    const event = (type: MemberEvent['type'], state: string) =>
      tell({ type, member: { name: 'cls-a', health: { state } } } as unknown as MemberEvent);
    const counts = [
      ['Joined', 'Unknown'],
      ['Changed', 'Healthy'],
      ['Changed', 'Healthy'],
      ['Changed', 'Unhealthy'],
      ['Left', 'Unhealthy'],
    ].map(([type, state]) => (event(type as MemberEvent['type'], state!), woken.length));
    expect(counts).toEqual([1, 2, 2, 3, 4]);
    expect(new Set(woken.map(({ name, cluster }) => `${cluster ?? 'hub'}/${name}`))).toEqual(new Set(['hub/mc-a']));
  });
});
