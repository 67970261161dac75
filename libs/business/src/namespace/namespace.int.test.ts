import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { memberLabels } from '@tke/api-business';
import { isAlreadyExists } from '@tke/kube-client';
import { coreKinds, type KubeObject } from '@tke/meta';

import { namespaceKind, projectKind } from '../objects/kinds.ts';
import { conditionOf, newNamespace } from '../testing/business-hub.ts';
import { aNamespace, aProject } from '../testing/objects.ts';
import { limitRange, resourceQuota } from './member-kinds.ts';
import { clusterName, NamespaceBed } from './testing/namespace-bed.ts';

// More than all that a test waits for.
const timeoutMs = 900_000;
const stranger = { [memberLabels.project]: 'prj-elsewhere', [memberLabels.namespace]: 'cls-a-x' };
const nobody = { [memberLabels.project]: null, [memberLabels.namespace]: null };

let bed: NamespaceBed;
beforeAll(async () => {
  bed = await NamespaceBed.start(['prj-a', 'prj-b', 'prj-c']);
}, timeoutMs);
afterAll(() => bed.hub.stop(), timeoutMs);

const patchQuota = (name: string, hard: object) =>
  bed.member.patch(resourceQuota, { namespace: name, name }, { type: 'merge', body: { spec: { hard } } });

test(
  'a Namespace becomes a namespace with its quota, and says so',
  async () => {
    const { status } = await bed.given('prj-a', 'web');
    const { metadata } = await bed.member.get(coreKinds.namespace, { name: 'web' });
    expect(await bed.ownerOf('web')).toBe('prj-a/cls-a-web');
    expect(await bed.hardOf('web')).toEqual({ cpu: '1', pods: '10' });
    expect(status).toMatchObject({
      ...{ phase: 'Available', reason: 'Succeeded', resourceQuotaName: 'web', memberUID: metadata.uid },
      cachedSpecHard: { cpu: '1', pods: '10' },
    });
  },
  timeoutMs,
);

describe('what somebody changes in the member', () => {
  const name = 'drift';
  beforeAll(async () => {
    await bed.given('prj-a', name);
  }, timeoutMs);

  test.each<[string, () => Promise<unknown>]>([
    ['a limit', () => patchQuota(name, { cpu: '99' })],
    ['a limit more', () => patchQuota(name, { secrets: '1' })],
    ['the quota, deleted', () => bed.member.delete(resourceQuota, { namespace: name, name })],
    ['the owner', () => bed.label(name, stranger)],
    ['no owner', () => bed.label(name, nobody)],
  ])(
    '%s is put back',
    async (_, change) => {
      await change();
      const wanted = JSON.stringify({ cpu: '1', pods: '10' });
      await bed.eventually('all is as it was', async () => {
        const [hard, owner] = await Promise.all([bed.hardOf(name), bed.ownerOf(name)]);
        return JSON.stringify(hard) === wanted && owner === 'prj-a/cls-a-drift';
      });
    },
    timeoutMs,
  );

  test(
    'the namespace, deleted, is made anew',
    async () => {
      const before = await bed.member.get(coreKinds.namespace, { name });
      await bed.member.delete(coreKinds.namespace, { name });
      const { status } = await bed.until('prj-a', name, 'knows another one', ({ phase, memberUID }) => {
        return phase === 'Available' && memberUID !== before.metadata.uid;
      });
      const after = await bed.member.get(coreKinds.namespace, { name });
      expect(after.metadata.uid).toBe(status?.memberUID);
      expect(await bed.hardOf(name)).toEqual({ cpu: '1', pods: '10' });
    },
    timeoutMs,
  );
});

test(
  'default, which Kubernetes never deletes, is refused by leave or not, and left alone',
  async () => {
    await bed.apply('prj-a', 'default');
    await bed.adopt('prj-a', 'default');
    const { status } = await bed.untilReason('prj-a', 'default', 'SystemNamespace');
    expect(status).toMatchObject({ phase: 'Failed', message: expect.stringContaining('must not be default') });
    expect(await bed.ownerOf('default')).toBe('/');
    await bed.delete('prj-a', 'default');
    await bed.untilGone('prj-a', 'default');
  },
  timeoutMs,
);

test(
  'a namespace that was there and is nobody’s is taken over by leave only, with a quota it had of the same name',
  async () => {
    await newNamespace(bed.member, 'old');
    const spec = { hard: { cpu: '50', secrets: '3' }, scopes: ['NotTerminating'] };
    const metadata = { namespace: 'old', name: 'old' };
    await bed.member.create(resourceQuota, {
      ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata },
      spec: { hard: { cpu: '50' }, scopes: spec.scopes },
    });
    await bed.apply('prj-a', 'old');
    const { status } = await bed.untilReason('prj-a', 'old', 'NamespaceExists');
    expect(status).toMatchObject({ phase: 'Failed', message: expect.stringContaining('was there before') });
    expect(status?.memberUID).toBeUndefined();
    expect([await bed.ownerOf('old'), await bed.hardOf('old')]).toEqual(['/', { cpu: '50' }]);
    // Nor is it ended with a Namespace that never had it.
    await bed.delete('prj-a', 'old');
    await bed.untilGone('prj-a', 'old');
    expect((await bed.member.get(coreKinds.namespace, { name: 'old' })).metadata.deletionTimestamp).toBeUndefined();
    await bed.apply('prj-a', 'old');
    await bed.untilReason('prj-a', 'old', 'NamespaceExists');
    await bed.adopt('prj-a', 'old');
    await bed.untilReason('prj-a', 'old', 'Succeeded');
    expect(await bed.ownerOf('old')).toBe('prj-a/cls-a-old');
    const quota = await bed.member.get(resourceQuota, { namespace: 'old', name: 'old' });
    expect(quota.spec).toEqual({ hard: { cpu: '1', pods: '10' } });
  },
  timeoutMs,
);

describe('a namespace of another project', () => {
  test(
    'is left alone, without another try, until it is free',
    async () => {
      await newNamespace(bed.member, 'theirs');
      await bed.label('theirs', stranger);
      await bed.apply('prj-a', 'theirs');
      const { status } = await bed.untilReason('prj-a', 'theirs', 'ConflictProject');
      expect(status).toMatchObject({ phase: 'Failed', message: expect.stringContaining('prj-elsewhere/cls-a-x') });
      expect(status?.memberUID).toBeUndefined();
      expect(await bed.ownerOf('theirs')).toBe('prj-elsewhere/cls-a-x');
      const generation = status?.observedGeneration;
      await bed.atRest();
      const before = bed.writes.member.length;
      await patchNothing('theirs');
      await bed.atRest();
      expect(bed.writes.member.length).toBe(before);
      await bed.label('theirs', nobody);
      await bed.untilReason('prj-a', 'theirs', 'NamespaceExists');
      await bed.atRest();
      await bed.adopt('prj-a', 'theirs');
      const free = await bed.untilReason('prj-a', 'theirs', 'Succeeded');
      expect(free.status?.observedGeneration).toBe(generation);
      // Created: refused, twice; labelled; quota. The first three once more where the member was silent for a moment; the quota is in force once.
      expect(bed.writes.member.length - before).toBeLessThanOrEqual(7);
    },
    timeoutMs,
  );

  test(
    'cannot be had by changing its labels in the member',
    async () => {
      await bed.given('prj-a', 'coveted');
      await bed.apply('prj-b', 'coveted');
      await bed.untilReason('prj-b', 'coveted', 'ConflictProject');
      await bed.label('coveted', { [memberLabels.project]: 'prj-b', [memberLabels.namespace]: 'cls-a-coveted' });
      await bed.eventually('it is prj-a’s again', async () => (await bed.ownerOf('coveted')) === 'prj-a/cls-a-coveted');
      await bed.label('coveted', nobody);
      await bed.eventually('it is prj-a’s again', async () => (await bed.ownerOf('coveted')) === 'prj-a/cls-a-coveted');
      expect((await bed.get('prj-b', 'coveted')).status?.memberUID).toBeUndefined();
      expect((await bed.get('prj-a', 'coveted')).status?.memberUID).toBeDefined();
    },
    timeoutMs,
  );

  /** An event of the namespace that changes nothing that matters. */
  const patchNothing = (name: string) =>
    bed.member.patch(coreKinds.namespace, { name }, { type: 'merge', body: { metadata: { annotations: { a: 'b' } } } });
});

describe('the quota', () => {
  test(
    'is raised as far as the project has room, and lowered at once',
    async () => {
      await bed.given('prj-c', 'raised', { cpu: '4', pods: '10' });
      await bed.apply('prj-c', 'raised', { cpu: '20', pods: '5' });
      const { status } = await bed.untilReason('prj-c', 'raised', 'QuotaExceeded');
      expect(status?.message).toContain('20 wanted, which must be at most the 10 of Project prj-c');
      expect(status).toMatchObject({ phase: 'Failed', cachedSpecHard: { cpu: '4', pods: '5' } });
      expect(await bed.hardOf('raised')).toEqual({ cpu: '4', pods: '5' });
      await bed.given('prj-c', 'raised', { cpu: '10', pods: '5' });
      expect(await bed.hardOf('raised')).toEqual({ cpu: '10', pods: '5' });
      await bed.apply('prj-c', 'second', { cpu: '1', pods: '1' });
      await bed.untilReason('prj-c', 'second', 'QuotaExceeded');
      await bed.given('prj-c', 'raised', { cpu: '9', pods: '5' });
      await bed.untilReason('prj-c', 'second', 'Succeeded');
    },
    timeoutMs,
  );

  test(
    'counts extended resources by their requests, and limits containers when asked',
    async () => {
      const limits = [{ type: 'Container' as const, default: { cpu: '500m' }, max: { memory: '2Gi' } }];
      await bed.apply('prj-b', 'gpu', { cpu: '1', pods: '1', 'nvidia.com/gpu': 2 }, { limits });
      await bed.untilReason('prj-b', 'gpu', 'Succeeded');
      expect(await bed.hardOf('gpu')).toEqual({ cpu: '1', pods: '1', 'requests.nvidia.com/gpu': '2' });
      const range = await bed.member.get(limitRange, { namespace: 'gpu', name: 'gpu' });
      expect(range.spec?.limits).toEqual([expect.objectContaining({ default: { cpu: '500m', memory: '2Gi' } })]);
      await bed.apply('prj-b', 'gpu', { cpu: '1', pods: '1', 'nvidia.com/gpu': 2 });
      await bed.eventually('the limits are gone', async () => {
        const { items } = await bed.member.list(limitRange, { namespace: 'gpu' });
        return items.length === 0;
      });
    },
    timeoutMs,
  );

  test(
    'is told how far it is used, by our quota and no other, not more often than every 10 s',
    async () => {
      const metadata = { namespace: 'web', name: 'a-first' };
      const other = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '77' } } };
      await bed.member.create(resourceQuota, other);
      // Before, no pod is let in.
      await bed.eventually('the other quota is counted', async () => {
        return (await bed.member.get(resourceQuota, metadata)).status?.used?.pods === '0';
      });
      const { status } = await bed.until('prj-a', 'web', 'tells its use', ({ used }) => used?.pods === '0');
      const firstAt = Date.parse(status?.usedAt ?? '');
      for (let i = 0; i < 3; i++) {
        await bed.eventually(`pod ${i} is let in`, () =>
          bed.member.create(podKind, aPod('web', `p${i}`)).then(
            () => true,
            (error: unknown) => isAlreadyExists(error) || Promise.reject(error as Error),
          ),
        );
      }
      const later = await bed.until('prj-a', 'web', 'tells its use', ({ used }) => used?.pods === '3');
      expect(later.status).toMatchObject({ utilisation: '60% cpu', used: { cpu: '600m', pods: '3' } });
      expect(Date.parse(later.status?.usedAt ?? '') - firstAt).toBeGreaterThanOrEqual(10_000);
    },
    timeoutMs,
  );
});

describe('a change costs three calls: ledger, quota, status; and nothing goes on at rest', () => {
  const project = 'prj-b';
  let millis = 1_000;
  const change = () => bed.given(project, 'counted', { cpu: `${(millis += 100)}m`, pods: '1' });

  /**
   * What three of up to five changes do not exceed: where the machine stands still in the middle of one, that costs a status more, which
   * says what is waited for, or a write that is tried again.
   */
  async function costOfChange(): Promise<Record<'hub' | 'member', readonly string[]>> {
    const costs = [];
    while (costs.length < 5 && costs.filter((cost) => callsOf(cost) <= callsOf(expected)).length < 3) {
      costs.push(await costOf(change));
    }
    return costs.toSorted((a, b) => callsOf(a) - callsOf(b))[2]!;
  }

  const callsOf = ({ hub, member }: Record<'hub' | 'member', readonly string[]>) => hub.length + member.length;

  async function costOf(work: () => Promise<unknown>): Promise<Record<'hub' | 'member', readonly string[]>> {
    await bed.atRest();
    const before = bed.writes;
    await work();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await bed.atRest();
    const { hub, member } = bed.writes;
    return { hub: hub.slice(before.hub.length), member: member.slice(before.member.length) };
  }

  const expected = { hub: ['PATCH 200', 'PATCH 200'], member: ['PATCH 200'] };

  test(
    'when nobody waits',
    async () => {
      await bed.given(project, 'counted', { cpu: '1', pods: '1' });
      await bed.until(project, 'counted', 'tells its use', ({ used }) => used?.pods === '0');
      expect(await costOfChange()).toEqual(expected);
    },
    timeoutMs,
  );

  test(
    'and when 200 wait for more than is left: none of them is told anew',
    async () => {
      const hard = { cpu: '10', pods: '1' };
      const names = Array.from({ length: 180 }, (_, i) => `waits-${i}`);
      const children = Array.from({ length: 20 }, (_, i) => `prj-waits-${i}`);
      await bed.hub.apply(
        ...names.map((name) => aNamespace(project, [clusterName, name], hard)),
        ...children.map((name) => aProject(name, { [clusterName]: hard }, { parentProjectName: project })),
      );
      const isTold = (object: KubeObject) => conditionOf(object, 'Stalled')?.reason === 'QuotaExceeded';
      await bed.eventually('all of them are told', async () => {
        const [namespaces, projects] = [
          await bed.hub.admin.list(namespaceKind, { namespace: project }),
          await bed.hub.admin.list(projectKind),
        ];
        return [...namespaces.items, ...projects.items].filter(isTold).length === 200;
      });
      expect(await costOfChange()).toEqual(expected);
    },
    timeoutMs,
  );
});

const podKind = { ...{ group: '', version: 'v1', kind: 'Pod', plural: 'pods' }, namespaced: true };

function aPod(namespace: string, name: string) {
  const containers = [{ name: 'c', image: 'none', resources: { requests: { cpu: '200m' } } }];
  const spec = { containers, automountServiceAccountToken: false };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name }, spec };
}
