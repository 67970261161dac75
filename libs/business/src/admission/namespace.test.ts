import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { BusinessNamespace, Project } from '@tke/api-business';
import type { KubeObject } from '@tke/meta';
import { callerTenant } from '@tke/policy';
import type { Cache } from '@tke/runtime';
import { cacheOf } from '@tke/runtime/testing';
import type { AdmissionRequest, AdmissionUser } from '@tke/webhook';

import { emigrationFrom } from '../emigration/names.ts';
import { indexClaimants } from '../namespace/claimants.ts';
import { clusterKind, tenantKind } from '../objects/kinds.ts';
import { indexProjects } from '../project/indexes.ts';
import { aNamespace, aProject, aTenant } from '../testing/objects.ts';
import { namespaceAdmission } from './namespace.ts';

const operator: AdmissionUser = { username: 'kubernetes-admin', uid: '', groups: ['system:masters'], extra: {} };
const alice: AdmissionUser = { username: 'alice', uid: '', groups: ['tenant:acme'], extra: {} };

const cluster = (name: string, tenantID: string): KubeObject => ({
  ...{ apiVersion: '', kind: 'Cluster', metadata: { name } },
  ...{ spec: { tenantID } },
});

function project(name: string, status: Partial<Project['status']> = {}, tenantID = 'acme'): Project {
  const object = aProject(name, { 'cls-a': { cpu: '10', pods: '5' } }, { tenantID });
  return { ...object, metadata: { name, uid: name }, status: { cachedParent: '', ...status } };
}

function stored(name: string, uid: string, change: Partial<BusinessNamespace> = {}): BusinessNamespace {
  const object = aNamespace(name, ['cls-a', 'taken'], { cpu: '4', pods: '1' });
  return { ...object, ...change, metadata: { ...object.metadata, uid, ...change.metadata } };
}

const charges = [
  {
    kind: 'Namespace' as const,
    name: 'cls-a-taken',
    uid: 'u1',
    generation: 1,
    clusters: { 'cls-a': { hard: { cpu: '4', pods: '1' } } },
  },
];
const taken = stored('prj-a', 'u1');
const world: readonly KubeObject[] = [
  ...[aTenant('acme'), aTenant('foreign')],
  ...[cluster('cls-a', 'acme'), cluster('cls-f', 'foreign')],
  ...[
    project('prj-a', { charges }),
    project('prj-new', { cachedParent: undefined as never }),
    project('prj-f', {}, 'foreign'),
  ],
  { ...project('prj-end'), metadata: { name: 'prj-end', deletionTimestamp: '2026-01-01T00:00:00Z' } },
  taken,
];

let stop: AbortController;
beforeEach(() => {
  stop = new AbortController();
});
afterEach(() => stop.abort());

/** An admission that reads these objects. */
async function admissionAmong(objects: readonly KubeObject[]) {
  const register = (cache: Cache) => {
    cache.informer(clusterKind);
    cache.informer(tenantKind);
    indexProjects(cache);
    indexClaimants(cache);
  };
  return namespaceAdmission(await cacheOf(objects, register, stop.signal), callerTenant);
}

interface Asked {
  readonly object: BusinessNamespace;
  readonly oldObject?: BusinessNamespace;
  readonly by?: AdmissionUser;
  readonly more?: readonly KubeObject[];
}

async function judge({ object, oldObject, by = operator, more = [] }: Asked) {
  const admission = await admissionAmong([...world, ...more]);
  const operation = oldObject === undefined ? 'CREATE' : 'UPDATE';
  const request = { operation, kind: admission.kind, userInfo: by, object, ...(oldObject && { oldObject }) };
  const { problems, warnings } = await admission.validate!(request as unknown as AdmissionRequest<BusinessNamespace>);
  expect(problems.every(({ rule, remedy }) => rule.length > 10 && remedy.length > 10)).toBe(true);
  const rules = problems.map(({ rule }) => rule).join('; ');
  return { fields: problems.map(({ field }) => field), rules, warnings, full: problems };
}

const fits = { cpu: '6', pods: '4' };

test.each<[string, BusinessNamespace, readonly string[]]>([
  ['that fits', aNamespace('prj-a', ['cls-a', 'web'], fits), []],
  ['for more than is left', aNamespace('prj-a', ['cls-a', 'web'], { cpu: '6001m', pods: '4' }), ['spec.hard[cpu]']],
  ['without a limit that the project has', aNamespace('prj-a', ['cls-a', 'web'], { cpu: '1' }), ['spec.hard[pods]']],
  ['of the system', aNamespace('prj-a', ['cls-a', 'kube-flannel'], fits), ['spec.namespace']],
  ['of the platform', aNamespace('prj-a', ['cls-a', 'TKE-x'], fits), ['spec.namespace']],
  ['that can never be deleted', aNamespace('prj-a', ['cls-a', 'default'], fits), ['spec.namespace']],
  [
    'in a cluster of another tenant',
    aNamespace('prj-a', ['cls-f', 'web'], fits),
    ['spec.clusterName', 'spec.clusterName'],
  ],
  ['in a project of another tenant', aNamespace('prj-f', ['cls-a', 'web'], fits), ['metadata.namespace']],
  ['in a project that is being deleted', aNamespace('prj-end', ['cls-a', 'web'], fits), ['metadata.namespace']],
  ['that another project has', aNamespace('prj-new', ['cls-a', 'taken'], fits), ['spec.namespace']],
  ['in a project that is not there long', aNamespace('prj-new', ['cls-a', 'web'], fits), []],
  [
    'for more than such a project will have',
    aNamespace('prj-new', ['cls-a', 'web'], { cpu: '11', pods: '1' }),
    ['spec.hard[cpu]'],
  ],
  [
    'with everything wrong',
    aNamespace('prj-a', ['cls-f', 'kube-x'], { cpu: '99' }),
    ['spec.namespace', 'spec.clusterName', 'spec.clusterName'],
  ],
])('a namespace %s', async (_, object, fields) => {
  expect((await judge({ object })).fields).toEqual(fields);
});

test('what is missing is a warning: git applies in any order', async () => {
  const { fields, warnings } = await judge({ object: aNamespace('prj-later', ['cls-later', 'web']) });
  expect(fields).toEqual([]);
  expect(warnings).toEqual([
    'metadata.namespace: there is no Project prj-later; until there is, nothing is done',
    'spec.clusterName cls-later: must name a Cluster that exists; until it does, nothing is done',
  ]);
});

test('a cluster of another hub is a warning as well: it may be let go there', async () => {
  const conditions = [{ type: 'Stalled', status: 'True', reason: 'OfAnotherHub', message: '', lastTransitionTime: '' }];
  const theirs = { ...cluster('cls-t', 'acme'), status: { conditions } };
  const { warnings } = await judge({ object: aNamespace('prj-new', ['cls-t', 'web']), more: [theirs] });
  expect(warnings).toEqual([expect.stringMatching(/cls-t: must name a Cluster that was imported.* nothing is done$/)]);
});

test('what is refused is told with field, rule, and a remedy that holds for what is not stored yet', async () => {
  const { full } = await judge({ object: aNamespace('prj-a', ['cls-f', 'kube-x'], fits) });
  expect(full.slice(0, 2)).toEqual([
    {
      ...{ field: 'spec.namespace', value: 'kube-x', type: 'Forbidden' },
      rule: 'must not begin with kube- or tke-, which the system has for itself',
      remedy: 'Create an object with a namespace of another name, in place of this one.',
    },
    {
      ...{ field: 'spec.clusterName', value: 'cls-f', type: 'Forbidden' },
      rule: 'must name a Cluster of tenant "acme", the tenant of this object',
      remedy: 'Create an object that names a Cluster of its tenant, in place of this one.',
    },
  ]);
});

test('whose a foreign cluster is is not told', async () => {
  expect((await judge({ object: aNamespace('prj-a', ['cls-f', 'web'], fits) })).rules).not.toContain('foreign');
});

test('a namespace that moves may be claimed by both, and one that is given up later', async () => {
  const object = aNamespace('prj-new', ['cls-a', 'taken'], { cpu: '1', pods: '1' });
  const moving = { ...object, metadata: { ...object.metadata, annotations: { [emigrationFrom]: 'prj-a' } } };
  expect((await judge({ object: moving })).fields).toEqual([]);
  const leaving = stored('prj-b', 'u2', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
  const free = { ...leaving, spec: { ...leaving.spec, namespace: 'free' } };
  const { fields, warnings } = await judge({ object: aNamespace('prj-a', ['cls-a', 'free'], fits), more: [free] });
  expect([fields, warnings]).toEqual([[], [expect.stringContaining('still giving it up')]]);
});

const withHard = (hard: Record<string, string>, status: BusinessNamespace['status'] = {}) => ({
  ...taken,
  spec: { ...taken.spec, hard },
  status,
});

test.each<[string, Record<string, string>, readonly string[]]>([
  ['raised as far as there is room', { cpu: '10', pods: '1' }, []],
  ['raised further', { cpu: '11', pods: '1' }, ['spec.hard[cpu]']],
  ['lowered to what is used', { cpu: '3', pods: '1' }, []],
  ['lowered further', { cpu: '2999m', pods: '1' }, ['spec.hard[cpu]']],
])('quota that is %s', async (_, hard, fields) => {
  const status = { used: { cpu: '3' }, cachedSpecHard: { cpu: '4', pods: '1' } };
  const oldObject = { ...taken, status };
  expect((await judge({ object: withHard(hard, status), oldObject })).fields).toEqual(fields);
});

test('what was wrong before does not keep other changes out, and lowering is always possible', async () => {
  const status = { cachedSpecHard: { cpu: '99', pods: '1' }, used: { cpu: '70' } };
  const oldObject = withHard({ cpu: '60', pods: '1' }, status);
  const lifted = withHard({ cpu: '65', pods: '1' }, status);
  expect((await judge({ object: lifted, oldObject })).fields).toEqual([]);
  const foreign = aNamespace('prj-a', ['cls-f', 'web'], { cpu: '99', pods: '1' });
  const limited = { ...foreign, spec: { ...foreign.spec, limits: [{ type: 'Pod' as const }] } };
  expect((await judge({ object: limited, oldObject: foreign })).fields).toEqual([]);
});

test('users of a tenant write those of their tenant', async () => {
  expect((await judge({ object: aNamespace('prj-a', ['cls-a', 'web'], fits), by: alice })).fields).toEqual([]);
  const object = aNamespace('prj-f', ['cls-f', 'web'], fits, { tenantID: 'foreign' });
  expect((await judge({ object, by: alice })).fields).toContain('spec.tenantID');
});

test('the tenant is filled in: that of the project, else that of the caller', async () => {
  const admission = await admissionAmong(world);
  const filled = async (namespace: string, userInfo: AdmissionUser) => {
    const { clusterName, namespace: name } = aNamespace(namespace, ['cls-a', 'web']).spec;
    const spec = { clusterName, namespace: name };
    const object = { ...aNamespace(namespace, ['cls-a', 'web']), spec };
    const request = { object, namespace, userInfo } as unknown as AdmissionRequest<BusinessNamespace>;
    return ((await admission.default!(request)) as BusinessNamespace | undefined)?.spec.tenantID;
  };
  expect(await filled('prj-f', operator)).toBe('foreign');
  expect(await filled('prj-later', alice)).toBe('acme');
  expect(await filled('prj-later', operator)).toBeUndefined();
});
