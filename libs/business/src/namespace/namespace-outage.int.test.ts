import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { memberLabels } from '@tke/api-business';
import { cluster } from '@tke/api-platform';
import { isNotFound } from '@tke/kube-client';
import { coreKinds, type Kind, type KubeObject } from '@tke/meta';

import { namespaceKind, projectKind } from '../objects/kinds.ts';
import { newNamespace } from '../testing/business-hub.ts';
import { clusterName, NamespaceBed } from './testing/namespace-bed.ts';

// More than all that a test waits for.
const timeoutMs = 900_000;

let bed: NamespaceBed;
beforeAll(async () => {
  bed = await NamespaceBed.start(['prj-a', 'prj-b']);
}, timeoutMs);
afterAll(() => bed.hub.stop(), timeoutMs);

const pods: Kind = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
const strangers = { [memberLabels.project]: 'prj-x', [memberLabels.namespace]: 'cls-a-x' };
const leftBehind = (name: string) =>
  bed.hub.events.find(({ object, reason }) => object === `Namespace/cls-a-${name}` && reason === 'LeftBehind');
const inMember = (name: string) =>
  bed.member.get(coreKinds.namespace, { name }).then(
    () => true,
    (error: unknown) => (isNotFound(error) ? false : Promise.reject(error as Error)),
  );
const usedIn = async (project: string) =>
  (await bed.hub.admin.get(projectKind, { name: project })).status?.clusters?.[clusterName]?.used;
const untilCharged = (name: string, cpu: string) =>
  bed.eventually(`${name} is charged`, async () => (await bed.chargedFor('prj-b', name)) === cpu);

describe('a deletion', () => {
  test(
    'ends the namespace in the member, and then gives the quota back',
    async () => {
      await bed.given('prj-a', 'ends', { cpu: '3', pods: '1' });
      expect(await usedIn('prj-a')).toMatchObject({ cpu: '3' });
      await bed.delete('prj-a', 'ends');
      await bed.untilGone('prj-a', 'ends');
      expect(await inMember('ends')).toBe(false);
      await bed.eventually('the quota is given back', async () => (await usedIn('prj-a'))?.cpu === '0');
      expect(leftBehind('ends')).toBeUndefined();
    },
    timeoutMs,
  );

  test.each<[string, string, Record<string, string | null>]>([
    ['of another', 'relabelled', strangers],
    ['of nobody', 'unlabelled', { [memberLabels.project]: null, [memberLabels.namespace]: null }],
  ])(
    'ends also what somebody gave the labels %s: it would go on without a charge',
    async (_whose, name, labels) => {
      await bed.given('prj-a', name);
      // Nobody puts the labels back meanwhile.
      await bed.hub.stopManager();
      await bed.label(name, labels);
      await bed.delete('prj-a', name);
      await bed.hub.startManager();
      await bed.untilGone('prj-a', name);
      expect(await inMember(name)).toBe(false);
      expect(leftBehind(name)).toBeUndefined();
    },
    timeoutMs,
  );

  test(
    'leaves alone what another has made there since',
    async () => {
      const name = 'anothers';
      await bed.given('prj-a', name);
      await bed.hub.stopManager();
      await bed.member.delete(coreKinds.namespace, { name });
      await bed.eventually('it is gone', async () => !(await inMember(name)));
      await newNamespace(bed.member, name);
      await bed.label(name, strangers);
      await bed.delete('prj-a', name);
      await bed.hub.startManager();
      await bed.untilGone('prj-a', name);
      const { metadata } = await bed.member.get(coreKinds.namespace, { name });
      expect(metadata.deletionTimestamp).toBeUndefined();
      expect(leftBehind(name)).toBeUndefined();
    },
    timeoutMs,
  );

  test(
    'says what it waits for, and gives up in time',
    async () => {
      await bed.given('prj-a', 'stuck');
      const metadata = { namespace: 'stuck', name: 'held', finalizers: ['example.com/never'] };
      await bed.member.create(coreKinds.configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
      await bed.delete('prj-a', 'stuck');
      const { status } = await bed.untilReason('prj-a', 'stuck', 'Terminating');
      expect(status).toMatchObject({ phase: 'Terminating', message: expect.stringContaining('left behind') });
      expect(await bed.chargedFor('prj-a', 'stuck')).toBe('1');
      await bed.giveUp('prj-a', 'stuck');
      expect(leftBehind('stuck')?.note).toContain('kubectl delete namespace stuck');
    },
    timeoutMs,
  );

  test(
    'ends by force what would outlive it: the grace of a pod is its author’s to choose',
    async () => {
      await bed.given('prj-a', 'lingers', { cpu: '1', pods: '1' });
      const metadata = { namespace: 'lingers', name: 'forever' };
      // On a node, although there is no kubelet to end it, as with one that waits for its grace.
      const container = { name: 'c', image: 'none', resources: { limits: { cpu: '1' } } };
      const spec = { nodeName: 'node-1', terminationGracePeriodSeconds: 999_999, containers: [container] };
      await bed.eventually('the pod is let in', () =>
        bed.member.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec } as KubeObject).then(() => true),
      );
      await bed.delete('prj-a', 'lingers');
      await bed.untilReason('prj-a', 'lingers', 'Terminating');
      const running = async () => (await bed.member.list(pods, { namespace: 'lingers' })).items.length;
      expect(await running()).toBe(1);
      await bed.giveUp('prj-a', 'lingers');
      expect(await running()).toBe(0);
    },
    timeoutMs,
  );

  test(
    'does not wait for a cluster in which it has nothing',
    async () => {
      await bed.apply('prj-a', 'nowhere', { cpu: '1', pods: '1' }, { clusterName: 'cls-none' });
      const object = { metadata: { namespace: 'prj-a', name: 'cls-none-nowhere' } };
      await bed.hub.untilReason(namespaceKind, object, 'ClusterNotFound');
      await bed.hub.remove(namespaceKind, object.metadata.name, 'prj-a');
    },
    timeoutMs,
  );
});

test(
  'a silent cluster: what is known stays and is told as what it is; work goes on when it answers',
  async () => {
    const before = await bed.given('prj-b', 'quiet', { cpu: '1', pods: '1' });
    await bed.until('prj-b', 'quiet', 'tells its use', ({ used }) => used?.pods === '0');
    bed.hub.memberControlPlane(clusterName).pauseApiServer();
    try {
      const { status } = await bed.untilReason('prj-b', 'quiet', 'ConnectClusterError');
      expect(status).toMatchObject({ phase: 'Available', memberUID: before.status?.memberUID, used: { pods: '0' } });
      expect(status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'Unknown' });
      // As after a move that ended meanwhile: what nothing locks is not Locked.
      const key = { namespace: 'prj-b', name: `${clusterName}-quiet` };
      const patch = { type: 'merge', body: { status: { phase: 'Locked' } } } as const;
      await bed.hub.admin.patch(namespaceKind, key, patch, { subresource: 'status' });
      // Changes wait, and nothing is tried again and again.
      await bed.apply('prj-b', 'quiet', { cpu: '2', pods: '1' });
      await bed.until('prj-b', 'quiet', 'is Available again', ({ phase }) => phase === 'Available');
      await bed.apply('prj-b', 'new', { cpu: '1', pods: '1' });
      const { status: unseen } = await bed.untilReason('prj-b', 'new', 'ConnectClusterError');
      expect(unseen?.phase).toBe('Pending');
      await bed.untilReason('prj-b', 'quiet', 'ConnectClusterError');
      await Promise.all([untilCharged('quiet', '2'), untilCharged('new', '1')]);
      await bed.atRest();
      const atFirst = bed.writes.hub.length;
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      expect(bed.writes.hub.length).toBe(atFirst);
      // A deletion ends all the same.
      await bed.delete('prj-b', 'new');
      await bed.untilReason('prj-b', 'new', 'Terminating');
      await bed.giveUp('prj-b', 'new');
      expect(leftBehind('new')?.note).toContain('does not answer');
    } finally {
      bed.hub.memberControlPlane(clusterName).resumeApiServer();
    }
    await bed.untilReason('prj-b', 'quiet', 'Succeeded');
    expect(await bed.hardOf('quiet')).toEqual({ cpu: '2', pods: '1' });
  },
  timeoutMs,
);

test(
  'what was changed while no manager ran is put right by the next one',
  async () => {
    await bed.given('prj-b', 'restart', { cpu: '1', pods: '1' });
    await bed.hub.stopManager();
    await bed.member.delete(coreKinds.namespace, { name: 'restart' });
    await bed.eventually('it is gone', async () => !(await inMember('restart')));
    await bed.hub.startManager();
    await bed.eventually('it is back', async () => (await bed.hardOf('restart'))?.cpu === '1');
  },
  timeoutMs,
);

test(
  'when the Cluster object is gone, Namespaces say so, and can be deleted',
  async () => {
    await bed.given('prj-b', 'orphan', { cpu: '1', pods: '1' });
    await bed.hub.admin.delete(cluster, { name: clusterName });
    await bed.untilReason('prj-b', 'orphan', 'ClusterNotFound');
    await bed.delete('prj-b', 'orphan');
    await bed.untilGone('prj-b', 'orphan');
    expect(leftBehind('orphan')?.note).toContain('no Cluster cls-a any more');
  },
  timeoutMs,
);
