import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { identityProvider, projectPolicyBinding } from '@tke/api-auth';
import { projectLabel, type Project } from '@tke/api-business';
import { waitFor } from '@tke/envtest';
import { coreKinds } from '@tke/meta';

import { clusterKind, namespaceKind, projectKind } from '../objects/kinds.ts';
import { conditionOf, newNamespace, type BusinessHub } from '../testing/business-hub.ts';
import { aCluster, aNamespace, aProject, aTenant, limits } from '../testing/objects.ts';
import { ProjectBed } from './testing/project-bed.ts';

const timeoutMs = 120_000;
// More than all that a test waits for.
jest.setTimeout(15 * timeoutMs);

let bed: ProjectBed;
let hub: BusinessHub;

beforeAll(async () => {
  bed = await ProjectBed.start();
  hub = bed.hub;
});

afterAll(() => hub.stop());

const used = (project: Project, cluster = 'cls-a') => project.status?.clusters?.[cluster]?.used;

describe('a project', () => {
  test('gets a namespace of the hub that goes with it', async () => {
    await hub.apply(aProject('prj-plain', { 'cls-a': { cpu: 4 } }, { members: [] }));
    const project = await bed.ready('prj-plain');
    expect(project.status).toMatchObject({
      ...{ phase: 'Active', locked: false, reason: 'Succeeded', clusterNames: 'cls-a', utilisation: '' },
      clusters: { 'cls-a': { used: { cpu: '0' } } },
    });
    const { metadata } = await hub.admin.get(coreKinds.namespace, { name: 'prj-plain' });
    expect(metadata.labels?.[projectLabel]).toBe('prj-plain');
    await hub.remove(projectKind, 'prj-plain');
    const left = await hub.admin.get(coreKinds.namespace, { name: 'prj-plain' });
    expect(left.metadata.deletionTimestamp).toBeDefined();
  });

  test('adopts a namespace that was there, and leaves it behind', async () => {
    await newNamespace(hub.admin, 'prj-from-git');
    await hub.apply(aProject('prj-from-git'));
    await bed.ready('prj-from-git');
    await hub.remove(projectKind, 'prj-from-git');
    const { metadata } = await hub.admin.get(coreKinds.namespace, { name: 'prj-from-git' });
    expect(metadata.deletionTimestamp).toBeUndefined();
    expect(metadata.labels?.[projectLabel]).toBeUndefined();
  });

  test('says whose namespace it cannot have, until it can', async () => {
    const taken = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'prj-taken', labels: { [projectLabel]: 'prj-x' } },
    };
    await hub.apply(taken, aProject('prj-taken'));
    expect(await bed.stalled('prj-taken', 'NamespaceTaken')).toContain('belongs to Project prj-x');
    expect((await bed.get('prj-taken')).status?.phase).toBe('Failed');
    await hub.admin.patch(
      coreKinds.namespace,
      { name: 'prj-taken' },
      { type: 'merge', body: { metadata: { labels: { [projectLabel]: null } } } },
    );
    await bed.ready('prj-taken');
  });
});

describe('what a project names', () => {
  test('and does not find is told until it is there, and again when it goes; what is there can be used', async () => {
    const of = { tenantID: 'late' };
    await hub.apply(aProject('prj-early', { 'cls-late': { cpu: 2 } }, of));
    expect(await bed.stalled('prj-early', 'TenantNotFound')).toContain(
      'spec.tenantID: IdentityProvider late does not exist; spec.clusters[cls-late]: Cluster cls-late does not exist',
    );
    await hub.apply(aTenant('late'));
    expect(await bed.stalled('prj-early', 'ClusterNotFound')).toContain('spec.clusters[cls-late]');
    const early = await bed.get('prj-early');
    expect(conditionOf(early, 'ResolvedRefs')).toMatchObject({ status: 'False', reason: 'ClusterNotFound' });
    expect(early.status).toMatchObject({ phase: 'Active', locked: false });
    const below = { ...of, parentProjectName: 'prj-early' };
    await hub.apply(aProject('prj-early-low', { 'cls-late': { cpu: 1 } }, below));
    await bed.until('prj-early-low', 'has its share', (project) => project.status?.cachedParent === 'prj-early');

    await hub.apply(aCluster('cls-late', 'late'));
    expect(conditionOf(await bed.ready('prj-early'), 'ResolvedRefs')?.status).toBe('True');
    await bed.ready('prj-early-low');
    await hub.remove(clusterKind, 'cls-late');
    await bed.stalled('prj-early', 'ClusterNotFound');
    await hub.remove(identityProvider, 'late');
    await bed.stalled('prj-early', 'TenantNotFound');
  });

  test('as members is said as their binding says it', async () => {
    await hub.apply(aProject('prj-people', {}, { members: ['nobody'] }));
    const { metadata } = await waitFor(
      () => hub.admin.get(projectPolicyBinding, { name: 'prj-people-pol-acme-project-owner' }),
      { description: 'the members are bound', timeoutMs },
    );
    await bed.ready('prj-people');
    // As the reconciler of bindings does.
    const judge = (status: 'True' | 'False') => {
      const message = 'spec.users[0]: no LocalIdentity of tenant acme has the user name nobody.';
      const lastTransitionTime = '2026-01-01T00:00:00Z';
      const stalled = { type: 'Stalled', status, reason: 'SubjectNotFound', message, lastTransitionTime };
      const body = { status: { observedGeneration: metadata.generation, conditions: [stalled] } };
      return hub.admin.patch(
        projectPolicyBinding,
        { name: metadata.name! },
        { type: 'merge', body },
        { subresource: 'status' },
      );
    };
    await judge('True');
    expect(await bed.stalled('prj-people', 'SubjectNotFound')).toContain('has the user name nobody');
    const bound = conditionOf(await bed.get('prj-people'), 'MembersBound');
    expect(bound).toMatchObject({ status: 'False', reason: 'SubjectNotFound' });
    await judge('False');
    expect(conditionOf(await bed.ready('prj-people'), 'MembersBound')?.status).toBe('True');
    await hub.remove(projectKind, 'prj-people');
  });
});

describe('limits', () => {
  test('go to children, and are told as used and free', async () => {
    await hub.apply(aProject('prj-top', { 'cls-a': { cpu: 10, 'requests.memory': '10Gi' } }));
    await hub.apply(
      aProject('prj-low', { 'cls-a': { cpu: 4, 'requests.memory': '4Gi' } }, { parentProjectName: 'prj-top' }),
    );
    await bed.ready('prj-low');
    await hub.apply(aNamespace('prj-low', ['cls-a', 'web'], { cpu: '1500m', 'requests.memory': '1Gi' }));
    await bed.inForce('prj-low', 'cls-a-web', { cpu: '1500m', 'requests.memory': '1Gi' });
    const low = await bed.until('prj-low', 'knows its use', (project) => used(project)?.cpu === '1500m');
    expect(low.status).toMatchObject({
      calculatedNamespaces: ['cls-a-web'],
      utilisation: '38% cpu in cls-a',
      cachedParent: 'prj-top',
    });
    const top = await bed.ready('prj-top');
    expect(used(top)).toEqual({ cpu: '4', 'requests.memory': '4Gi' });
    expect(top.status?.calculatedChildProjects).toEqual(['prj-low']);
  });

  test('more than is free waits with the numbers, and is granted when something is given back', async () => {
    await hub.apply(
      aProject('prj-late', { 'cls-a': { cpu: 8, 'requests.memory': 0 } }, { parentProjectName: 'prj-top' }),
    );
    const message = await bed.stalled('prj-late', 'QuotaExceeded');
    expect(message).toContain('cls-a cpu: 8 wanted, which must fit into what is left of the 10 of Project prj-top');
    expect((await bed.get('prj-late')).status).toMatchObject({ phase: 'Failed', locked: true });
    await bed.editSpec('prj-low', { clusters: { 'cls-a': { hard: { cpu: 2 } } } });
    await bed.ready('prj-late');
    expect(used(await bed.until('prj-top', 'is full', (project) => used(project)?.cpu === '10'))).toMatchObject({
      cpu: '10',
    });
    expect((await bed.get('prj-late')).status?.phase).toBe('Active');
  });

  test('a project moves to another parent with all that is charged', async () => {
    await hub.apply(aProject('prj-other', { 'cls-a': { cpu: 3, 'requests.memory': '8Gi' } }));
    await bed.ready('prj-other');
    await bed.editSpec('prj-low', { parentProjectName: 'prj-other' });
    await bed.until('prj-low', 'has moved', (project) => project.status?.cachedParent === 'prj-other');
    await bed.until('prj-top', 'has it back', (project) => used(project)?.cpu === '8');
    await bed.until('prj-other', 'is charged', (project) => used(project)?.cpu === '2');
  });

  test('lowered by force below what is used stall the project until it fits again', async () => {
    await bed.editSpec('prj-low', { clusters: { 'cls-a': { hard: { cpu: 1 } } } });
    expect(await bed.stalled('prj-low', 'Overdrawn')).toContain('cls-a cpu: 1500m handed on of 1');
    const overdrawn = await bed.get('prj-low');
    // Its parent keeps what is used, and not less.
    expect(overdrawn.status).toMatchObject({
      locked: true,
      cachedSpecClusters: limits({ 'cls-a': { cpu: '1500m', 'requests.memory': '4Gi' } }),
    });
    await hub.apply(aNamespace('prj-low', ['cls-a', 'more'], { cpu: 0, 'requests.memory': 0 }));
    await bed.editSpec('prj-low', { clusters: { 'cls-a': { hard: { cpu: 2 } } } });
    await bed.ready('prj-low');
    await bed.inForce('prj-low', 'cls-a-more', { cpu: 0, 'requests.memory': 0 });
  });

  test('a parent of another tenant, a missing one and one below give nothing', async () => {
    await hub.apply(
      aProject(
        'prj-foreign',
        { 'cls-a': { cpu: 1, 'requests.memory': 0 } },
        { tenantID: 'other', parentProjectName: 'prj-top' },
      ),
      aProject('prj-orphan', {}, { parentProjectName: 'prj-nowhere' }),
      aProject('prj-round', {}, { parentProjectName: 'prj-about' }),
      aProject('prj-about', {}, { parentProjectName: 'prj-round' }),
    );
    expect(await bed.stalled('prj-foreign', 'ParentUnfit')).toContain('not of the same tenant');
    expect(await bed.stalled('prj-orphan', 'ProjectNotFound')).toContain('prj-nowhere');
    expect(await bed.stalled('prj-round', 'ParentUnfit')).toContain('is itself below this one');
    await bed.editSpec('prj-about', { parentProjectName: '' });
    await bed.ready('prj-round');
    await hub.apply(aProject('prj-nowhere'));
    await bed.ready('prj-orphan');
  });
});

describe('the ledger', () => {
  const repairs = async () =>
    Number(/^tke_quota_ledger_repairs_total (\d+)/m.exec(await bed.manager.metrics.expose())?.[1] ?? 0);

  /** What is said of the consistency of a ledger from a version on until it is consistent again. */
  const saidSince = async ({ metadata }: Project) => {
    const { name = '', resourceVersion = '' } = metadata;
    const options = { fieldSelector: `metadata.name=${name}`, resourceVersion, signal: AbortSignal.timeout(timeoutMs) };
    const words: string[] = [];
    for await (const event of hub.admin.watch(projectKind, options)) {
      const condition = event.type === 'MODIFIED' ? conditionOf(event.object, 'LedgerConsistent') : undefined;
      words.push(`${condition?.status} ${condition?.reason} ${condition?.message}`);
      if (condition?.status === 'True' && words.some((each) => each.startsWith('False'))) {
        break;
      }
    }
    return words;
  };

  test('that somebody changed is found out, mended, shown and counted', async () => {
    await hub.apply(aProject('prj-drift', { 'cls-a': { cpu: 5 } }));
    await bed.ready('prj-drift');
    await hub.apply(aNamespace('prj-drift', ['cls-a', 'ns'], { cpu: 2 }));
    await bed.inForce('prj-drift', 'cls-a-ns', { cpu: 2 });
    await bed.until('prj-drift', 'is charged', (project) => used(project)?.cpu === '2');
    expect(conditionOf(await bed.get('prj-drift'), 'LedgerConsistent')).toMatchObject({
      status: 'True',
      reason: 'Consistent',
    });
    const before = await repairs();
    const consistent = await bed.get('prj-drift');
    await bed.editStatus('prj-drift', { charges: null, clusters: null });
    expect(await saidSince(consistent)).toContain(
      'False LedgerRepaired Namespace cls-a-ns held more than was charged for it',
    );
    expect(used(await bed.get('prj-drift'))).toEqual({ cpu: '2' });
    await waitFor(async () => (await repairs()) === before + 1, { description: 'the repair is counted', timeoutMs });
    expect(hub.events).toContainEqual(
      expect.objectContaining({ object: 'Project/prj-drift', reason: 'LedgerRepaired', type: 'Warning' }),
    );
    await bed.editStatus('prj-drift', { clusters: { 'cls-a': { used: { cpu: '1' } } } });
    await bed.until('prj-drift', 'is mended', (project) => used(project)?.cpu === '2');
  });

  test('gives back what a deleted namespace held', async () => {
    await hub.remove(namespaceKind, 'cls-a-ns', 'prj-drift');
    const project = await bed.until('prj-drift', 'has it back', (each) => used(each)?.cpu === '0');
    expect(project.status?.charges).toEqual([]);
  });
});

describe('the end of a project', () => {
  const binding = (projectID: string, tenantID: string) => ({
    apiVersion: 'auth.tkestack.io/v1',
    kind: 'ProjectPolicyBinding',
    metadata: { name: `${projectID}-pol-${tenantID}` },
    spec: { tenantID, projectID, policyID: `pol-${tenantID}` },
  });

  test('takes along all that is below, and tells what it waits for', async () => {
    await hub.apply(aProject('prj-end', { 'cls-a': { cpu: 5 } }));
    await bed.ready('prj-end');
    await hub.apply(aProject('prj-end-low', { 'cls-a': { cpu: 3 } }, { parentProjectName: 'prj-end' }));
    await bed.ready('prj-end-low');
    const held = aNamespace('prj-end-low', ['cls-a', 'held'], { cpu: 1 });
    await hub.apply({ ...held, metadata: { ...held.metadata, finalizers: ['test.tkestack.io/by-hand'] } });
    await bed.inForce('prj-end-low', 'cls-a-held', { cpu: 1 });
    await hub.apply(binding('prj-end', 'acme'), binding('prj-end', 'other'));

    await hub.admin.delete(projectKind, { name: 'prj-end' });
    const waiting = await bed.untilReason('prj-end-low', 'DeletingContents');
    expect(waiting.status).toMatchObject({ phase: 'Terminating' });
    expect(conditionOf(waiting, 'Ready')?.message).toBe('waiting for the end of 1 Namespace (cls-a-held)');
    // What is in force is charged to the end.
    expect(used(await bed.get('prj-end'))).toEqual({ cpu: '3' });
    await hub.admin.patch(
      namespaceKind,
      { namespace: 'prj-end-low', name: 'cls-a-held' },
      { type: 'merge', body: { metadata: { finalizers: null } } },
    );
    await bed.gone('prj-end');
    await expect(bed.get('prj-end-low')).rejects.toThrow('not found');
    const left = await hub.admin.list(projectPolicyBinding);
    expect(left.items.map(({ metadata }) => metadata.name)).toEqual(['prj-end-pol-other']);
  });
});

describe('a child that has not left yet while its project ends', () => {
  /** Projects `…-a`, which ends, and `…-c` below it, which is to move to a third one. */
  async function leaving(prefix: string, target: string, reason: string): Promise<void> {
    const [parent, child] = [`${prefix}-a`, `${prefix}-c`];
    await hub.apply(aProject(parent, { 'cls-a': { cpu: 5 } }));
    await hub.apply(aProject(child, { 'cls-a': { cpu: 3 } }, { parentProjectName: parent }));
    await bed.ready(child);
    await bed.editSpec(child, { parentProjectName: target });
    await bed.stalled(child, reason);
    await hub.admin.delete(projectKind, { name: parent });
  }

  test('is waited for: the project says what keeps it, until when, and what to do', async () => {
    await hub.apply(aProject('prj-full', { 'cls-a': { cpu: 1 } }));
    await leaving('prj-stay', 'prj-full', 'QuotaExceeded');
    const waiting = await bed.untilReason('prj-stay-a', 'DeletingContents');
    const until = new Date(Date.parse(waiting.metadata.deletionTimestamp ?? '') + 600_000).toISOString();
    expect(conditionOf(waiting, 'Ready')?.message).toBe(
      `waiting until 1 Project has moved away (prj-stay-c to prj-full: QuotaExceeded); what has not by ${until} is deleted as well: make room in the project that it names, or name another one, or none, in its spec.parentProjectName`,
    );
    await bed.editSpec('prj-full', { clusters: { 'cls-a': { hard: { cpu: 3 } } } });
    await bed.gone('prj-stay-a');
    expect((await bed.ready('prj-stay-c')).status?.cachedParent).toBe('prj-full');
  });

  test('is deleted as well when its time is up', async () => {
    await hub.apply(aProject('prj-small', { 'cls-a': { cpu: 1 } }));
    await leaving('prj-late', 'prj-small', 'QuotaExceeded');
    await bed.untilReason('prj-late-a', 'DeletingContents');
    expect((await bed.get('prj-late-c')).metadata.deletionTimestamp).toBeUndefined();
    await bed.later(600_000, async () => {
      // The timer that would wake the controller is the system's.
      await bed.patch('prj-late-a', { metadata: { annotations: { 'test.tkestack.io/time': 'passed' } } });
      await Promise.all(['prj-late-a', 'prj-late-c'].map((name) => bed.gone(name)));
    });
    expect(hub.events).toContainEqual(
      expect.objectContaining({ object: 'Project/prj-late-c', reason: 'DeletedWithParent', type: 'Warning' }),
    );
  });

  test('is deleted at once when there is nowhere to go', async () => {
    await leaving('prj-lost', 'prj-never', 'ProjectNotFound');
    await Promise.all(['prj-lost-a', 'prj-lost-c'].map((name) => bed.gone(name)));
  });
});
