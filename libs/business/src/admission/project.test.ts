import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Project } from '@tke/api-business';
import { cluster } from '@tke/api-platform';
import type { KubeObject } from '@tke/meta';
import { callerTenant, registerInformers, unknownUser } from '@tke/policy';
import { cacheOf } from '@tke/runtime/testing';
import type { AdmissionRequest, AdmissionUser } from '@tke/webhook';

import { namespaceKind } from '../objects/kinds.ts';
import { indexProjects } from '../project/indexes.ts';
import { aCluster, aNamespace, aProject, aTenant, limits } from '../testing/objects.ts';
import { projectAdmission } from './project.ts';

const administrator: AdmissionUser = { username: 'admin', uid: '', groups: ['system:masters'], extra: {} };
const ofTenant = (tenant: string): AdmissionUser => ({
  ...{ username: 'alice', uid: '', groups: [] },
  extra: { 'tkestack.io/tenantid': [tenant] },
});

type Charges = NonNullable<NonNullable<Project['status']>['charges']>;

/** A project whose limits are in force and that has handed on what is charged. */
function active(project: Project, charged: Readonly<Record<string, Parameters<typeof limits>[0]>> = {}): Project {
  const charges: Charges = Object.entries(charged).map(([name, clusters]) => {
    return { kind: 'Project', name, uid: `uid-${name}`, generation: 1, clusters: limits(clusters) };
  });
  const cachedParent = project.spec.parentProjectName ?? '';
  const status = { cachedParent, cachedSpecClusters: project.spec.clusters ?? {}, charges };
  return { ...project, metadata: { ...project.metadata, uid: `uid-${project.metadata.name ?? ''}` }, status };
}

const top = active(aProject('prj-top', { 'cls-a': { cpu: 10, 'requests.memory': '10Gi' } }), {
  'prj-one': { 'cls-a': { cpu: 4, 'requests.memory': '1Gi' } },
  'prj-two': { 'cls-a': { cpu: 3, 'requests.memory': '1Gi' } },
});
const one = active(
  aProject('prj-one', { 'cls-a': { cpu: 4, 'requests.memory': '1Gi' } }, { parentProjectName: 'prj-top' }),
  {
    'prj-leaf': { 'cls-a': { cpu: '1500m', 'requests.memory': 0 } },
  },
);
const stored: readonly KubeObject[] = [
  ...[aTenant('acme'), aTenant('other')],
  ...[aCluster('cls-a', 'acme'), aCluster('cls-b', 'acme'), aCluster('cls-x', 'other')],
  ...[top, one, aProject('prj-foreign', {}, { tenantID: 'other' })],
  aProject('prj-leaf', { 'cls-a': { cpu: '1500m', 'requests.memory': 0 } }, { parentProjectName: 'prj-one' }),
];

let stop: AbortController;
beforeEach(() => {
  stop = new AbortController();
});
afterEach(() => stop.abort());

/** An admission that reads these objects. */
async function admissionAmong(objects: readonly KubeObject[]) {
  const cache = await cacheOf(
    objects,
    (each) => {
      registerInformers(each);
      each.informer(cluster);
      indexProjects(each);
      each.informer(namespaceKind);
    },
    stop.signal,
  );
  return projectAdmission(cache, callerTenant, unknownUser(cache));
}

async function validate(object: Project, oldObject?: Project, by = administrator, objects = stored) {
  const admission = await admissionAmong(objects);
  const request: AdmissionRequest<Project> = {
    ...{ uid: '1', operation: oldObject ? 'UPDATE' : 'CREATE', kind: admission.kind, name: object.metadata.name ?? '' },
    ...{ userInfo: by, dryRun: false, object, ...(oldObject && { oldObject }) },
  };
  const { problems, warnings } = await admission.validate!(request);
  return { problems: problems.map(({ field, rule }) => `${field} ${rule}`), warnings };
}

const edited = (object: Project, spec: Partial<Project['spec']>): Project => ({
  ...object,
  spec: { ...object.spec, ...spec },
});
const wants = (clusters: Parameters<typeof limits>[0], parentProjectName = 'prj-top') =>
  aProject('prj-new', clusters, { parentProjectName });

describe('a new project', () => {
  test.each<[string, Project, readonly string[]]>([
    ['that fits', wants({ 'cls-a': { cpu: 3, 'requests.memory': '8Gi' } }), []],
    [
      'that asks for more than is free',
      wants({ 'cls-a': { cpu: 4, 'requests.memory': '9Gi' } }),
      [
        'spec.clusters[cls-a].hard[cpu] must be at most 3, which is free of 10 in Project prj-top',
        'spec.clusters[cls-a].hard[requests.memory] must be at most 8Gi, which is free of 10Gi in Project prj-top',
      ],
    ],
    [
      'that leaves out what its parent limits, in a cluster too many, of another tenant',
      wants({ 'cls-a': { cpu: 1 }, 'cls-b': {}, 'cls-x': {} }),
      [
        'spec.clusters[cls-a].hard[requests.memory] must be limited, as Project prj-top has a limit of 10Gi',
        'spec.clusters[cls-b] must be a cluster that Project prj-top has a part of',
        'spec.clusters[cls-x] must be a cluster that Project prj-top has a part of',
        'spec.clusters[cls-x] must name a Cluster of the tenant of this project',
      ],
    ],
    [
      'below one of another tenant',
      wants({}, 'prj-foreign'),
      ['spec.parentProjectName must name a Project of the tenant of this project'],
    ],
    ['below itself', wants({}, 'prj-new'), ['spec.parentProjectName must not be this project, nor one below it']],
  ])('%s', async (_, object, problems) => {
    expect((await validate(object)).problems).toEqual(problems);
  });

  test('may come before its parent and its clusters', async () => {
    const early = wants({ 'cls-later': { cpu: 1 } }, 'prj-later');
    expect(await validate(early)).toEqual({
      problems: [],
      warnings: [
        'spec.clusters[cls-later]: Cluster cls-later does not exist; until it does, nothing can be used in it',
        'spec.parentProjectName: Project prj-later does not exist; until it does, nothing can be used',
      ],
    });
    const young = [...stored, aProject('prj-later')];
    expect((await validate(early, undefined, administrator, young)).problems).toEqual([]);
  });

  const late = 'until that changes it grants nothing';
  const unknown = (field: string, name: string) =>
    `${field}: no LocalIdentity of tenant acme has the user name ${name}; ${late}`;
  test.each<[string, Partial<Project['spec']>, readonly string[]]>([
    ['users that it knows', { members: ['olga', '*'] }, []],
    [
      'users that nobody knows',
      { members: ['eve', 'olga', 'paul'] },
      [unknown('spec.members[0]', 'eve'), unknown('spec.members[2]', 'paul')],
    ],
    ['one twice', { members: ['olga', 'olga'] }, ['spec.members[1]: olga is named before; once is enough']],
    ['users of a directory outside', { tenantID: 'ldap', members: ['paul'] }, []],
    [
      'users of a tenant that is not there, told of the tenant',
      { tenantID: 'later', members: ['paul'] },
      ['spec.tenantID: IdentityProvider later does not exist; until it does, the object is worth nothing'],
    ],
    [
      'users of no tenant',
      { tenantID: '', members: ['paul'] },
      ['spec.tenantID is empty: until it names an IdentityProvider, the object is worth nothing'],
    ],
  ])('may name %s', async (_, spec, warnings) => {
    const user = (name: string, tenantID: string) =>
      ({ apiVersion: '', kind: 'LocalIdentity', metadata: { name }, spec: { tenantID, username: name } }) as KubeObject;
    const directory = { ...aTenant('ldap'), spec: { name: 'ldap', type: 'ldap' } };
    const others = [...stored, directory, user('olga', 'acme'), user('eve', 'other')];
    const answer = await validate(aProject('prj-new', {}, spec), undefined, administrator, others);
    expect(answer).toEqual({ problems: [], warnings });
  });

  test('is of the tenant of who makes it', async () => {
    expect((await validate(wants({}), undefined, ofTenant('other'))).problems).toContain(
      'spec.tenantID must be "other", the tenant of the caller',
    );
    const admission = await admissionAmong(stored);
    const object = edited(wants({}), { tenantID: '' });
    const request = {
      uid: '1',
      operation: 'CREATE',
      kind: admission.kind,
      name: '',
      userInfo: ofTenant('acme'),
      dryRun: false,
      object,
    } as const;
    expect(await admission.default!(request)).toMatchObject({ spec: { tenantID: 'acme' } });
  });

  test('is not deeper in the tree than there are levels', async () => {
    const chain = Array.from({ length: 16 }, (_, i) =>
      aProject(`prj-c${i + 1}`, {}, i === 0 ? {} : { parentProjectName: `prj-c${i}` }),
    );
    const below = (parent: string) => validate(wants({}, parent), undefined, administrator, chain);
    expect((await below('prj-c15')).problems).toEqual([]);
    expect((await below('prj-c16')).problems).toEqual([
      'spec.parentProjectName must leave the tree of projects at most 16 levels deep, and there would be 17',
    ]);
  });
});

test('users of a tenant write, label and delete the projects of their tenant only', async () => {
  const admission = await admissionAmong(stored);
  const refused = async (sides: Pick<AdmissionRequest<Project>, 'object' | 'oldObject'>, tenant: string) => {
    const operation = sides.object === undefined ? 'DELETE' : 'UPDATE';
    const common = { uid: '1', operation, kind: admission.kind, name: 'prj-top', dryRun: false } as const;
    const { problems } = await admission.validate!({ ...common, userInfo: ofTenant(tenant), ...sides });
    return problems.map(({ field }) => field);
  };
  const labelled = { ...top, metadata: { ...top.metadata, labels: { a: 'b' } } };
  const theirs = edited(top, { tenantID: 'other' });
  for (const sides of [{ object: labelled, oldObject: top }, { oldObject: top }]) {
    expect(await refused(sides, 'acme')).toEqual([]);
    expect(await refused(sides, 'other')).toEqual(['spec.tenantID']);
  }
  expect(await refused({ object: theirs, oldObject: top }, 'acme')).toContain('spec.tenantID');
});

test('a project is not put below one that has no room for more', async () => {
  const children = Object.fromEntries(Array.from({ length: 1024 }, (_, i) => [`prj-${i}`, { 'cls-a': { cpu: 0 } }]));
  const full = active(aProject('prj-full', { 'cls-a': { cpu: 1 } }), children);
  const { problems } = await validate(wants({ 'cls-a': { cpu: 0 } }, 'prj-full'), undefined, administrator, [
    ...stored,
    full,
  ]);
  expect(problems).toEqual([expect.stringContaining('spec.parentProjectName must name a project with room for more')]);
});

describe('the end of a project', () => {
  const judged = async (object: Project, tenant: string) => {
    const admission = await admissionAmong([...stored, ...running]);
    return admission.validate!({
      ...{ uid: '1', operation: 'DELETE', kind: admission.kind, name: object.metadata.name ?? '' },
      ...{ userInfo: ofTenant(tenant), dryRun: false, oldObject: object },
    });
  };
  const warnings = async (object: Project) => {
    const result = await judged(object, 'acme');
    expect(result.problems).toEqual([]);
    return result.warnings;
  };
  const leaver = (name: string, target: string): Project => ({
    ...aProject(name, {}, { parentProjectName: target }),
    status: { cachedParent: 'prj-top' },
  });
  const ended = (object: Project): Project => ({
    ...object,
    metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
  });
  const running = [
    aNamespace('prj-top', ['cls-a', 'web']),
    aNamespace('prj-leaf', ['cls-a', 'shop']),
    aNamespace('prj-foreign', ['cls-a', 'other']),
    aProject('prj-theirs', {}, { tenantID: 'other', parentProjectName: 'prj-top' }),
    leaver('prj-moving', 'prj-other'),
    leaver('prj-freed', ''),
    leaver('prj-lost', 'prj-never'),
    leaver('prj-doomed', 'prj-ending'),
    leaver('prj-deeper', 'prj-one'),
    ended(leaver('prj-ended', 'prj-other')),
    aProject('prj-other'),
    ended(aProject('prj-ending')),
  ];

  test('is said to take along what is below', async () => {
    const found = await warnings(top);
    expect(found.toSorted()).toEqual([
      'Project prj-doomed is deleted too: it cannot move to prj-ending, which does not exist or is being deleted',
      'Project prj-freed is deleted too unless it has moved to no project within 10 minutes',
      'Project prj-lost is deleted too: it cannot move to prj-never, which does not exist or is being deleted',
      'Project prj-moving is deleted too unless it has moved to prj-other within 10 minutes',
      'with Project prj-top are deleted: 3 projects (prj-deeper, prj-leaf, prj-one), and 2 namespaces of clusters with all that runs there',
    ]);
  });

  test('is refused to other tenants, who are not told what is below', async () => {
    expect(await judged(top, 'other')).toEqual({
      problems: [expect.objectContaining({ field: 'spec.tenantID' })],
      warnings: [],
    });
  });

  test('is no matter where there is nothing below', async () => {
    expect(await warnings(aProject('prj-empty'))).toEqual([]);
  });
});

describe('a change', () => {
  test('of itself counts what it has as free', async () => {
    const raised = edited(one, { clusters: limits({ 'cls-a': { cpu: 7, 'requests.memory': '1Gi' } }) });
    expect((await validate(raised, one)).problems).toEqual([]);
    const tooMuch = edited(one, { clusters: limits({ 'cls-a': { cpu: 8, 'requests.memory': '1Gi' } }) });
    expect((await validate(tooMuch, one)).problems).toEqual([
      'spec.clusters[cls-a].hard[cpu] must be at most 7, which is free of 10 in Project prj-top',
    ]);
  });

  test.each<[string, Parameters<typeof limits>[0], readonly string[]]>([
    ['to what is used exactly', { 'cls-a': { cpu: '1.5', 'requests.memory': 0 } }, []],
    [
      'below what is used',
      { 'cls-a': { cpu: '1499m', 'requests.memory': 0 } },
      ['spec.clusters[cls-a].hard[cpu] must be at least 1500m, which projects and namespaces below hold'],
    ],
    [
      'that limits what is not limited below',
      { 'cls-a': { cpu: 2, 'requests.memory': 0, pods: 10 } },
      [
        'spec.clusters[cls-a].hard[pods] can be limited when all projects and namespaces below that use the cluster limit it',
      ],
    ],
    [
      'that takes a used cluster away',
      {},
      ['spec.clusters[cls-a] must stay: projects or namespaces below use the cluster'],
    ],
  ])('%s', async (_, clusters, problems) => {
    expect((await validate(edited(one, { clusters: limits(clusters) }), one)).problems).toEqual(problems);
  });

  test('is refused for what it brings in, and not for what was there', async () => {
    const overdrawn = edited(one, { clusters: limits({ 'cls-a': { cpu: 1, 'requests.memory': '90Gi' } }) });
    expect((await validate(edited(overdrawn, { displayName: 'Other' }), overdrawn)).problems).toEqual([]);
    const better = edited(one, { clusters: limits({ 'cls-a': { cpu: '1.2', 'requests.memory': '80Gi' } }) });
    expect((await validate(better, overdrawn)).problems).toEqual([]);
  });

  test('cannot put a project below one of its own', async () => {
    expect((await validate(edited(top, { parentProjectName: 'prj-leaf' }), top)).problems).toContain(
      'spec.parentProjectName must not be this project, nor one below it',
    );
  });
});
