import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { NsEmigration } from '@tke/api-business';
import type { Kind, KubeObject } from '@tke/meta';
import type { Cache } from '@tke/runtime';
import { cacheOf } from '@tke/runtime/testing';
import type { AdmissionRequest, AdmissionUser, ValidationResult } from '@tke/webhook';

import { namespaceKind, projectKind } from '../objects/kinds.ts';
import { nsEmigrationAdmission } from './ns-emigration.ts';

const userInfo: AdmissionUser = { username: 'ann', uid: '', groups: [], extra: {} };
const name = 'cls-a-shop';

function project(projectName: string, tenantID: string, cpu: string, status: object = {}): KubeObject {
  const clusters = { 'cls-a': { hard: { 'requests.cpu': cpu } } };
  const active = { phase: 'Active', cachedParent: '', charges: [], ...status };
  const spec = { tenantID, displayName: 'd', clusters };
  return {
    apiVersion: '',
    kind: 'Project',
    metadata: { name: projectName, uid: projectName },
    spec,
    status: active,
  } as never;
}

function namespace(inProject: string, phase = 'Available', more: object = {}, ready?: object): KubeObject {
  const metadata = { namespace: inProject, name, uid: `${inProject}-shop`, ...more };
  const spec = { tenantID: 't', clusterName: 'cls-a', namespace: 'shop', hard: { 'requests.cpu': '2' } };
  const status = { phase, ...(ready && { conditions: [{ type: 'Ready', ...ready }] }) };
  return { apiVersion: '', kind: 'Namespace', metadata, spec, status } as never;
}

const own = project('prj-own', 't', '10');

let stop: AbortController;
beforeEach(() => {
  stop = new AbortController();
});
afterEach(() => stop.abort());

/** An admission that reads these objects. */
async function admissionAmong(objects: readonly KubeObject[]) {
  const register = (cache: Cache) => [projectKind, namespaceKind].forEach((kind: Kind) => cache.informer(kind));
  return nsEmigrationAdmission(await cacheOf(objects, register, stop.signal), () => ({ kind: 'platform' }));
}

function emigration(destination: string, tenantID?: string): NsEmigration {
  const spec = { namespace: name, nsShowName: 'shop', destination, ...(tenantID !== undefined && { tenantID }) };
  return { apiVersion: 'business.tkestack.io/v1', kind: 'NsEmigration', metadata: { name }, spec };
}

function request(object: NsEmigration, oldObject?: NsEmigration): AdmissionRequest<NsEmigration> {
  const kind = { group: 'business.tkestack.io', version: 'v1', kind: 'NsEmigration' };
  const operation = oldObject === undefined ? 'CREATE' : 'UPDATE';
  const rest = { uid: '1', operation, kind, name, namespace: 'prj-own', userInfo, dryRun: false } as const;
  return { ...rest, object, ...(oldObject && { oldObject }) };
}

async function judged(
  objects: readonly KubeObject[],
  object: NsEmigration,
  old?: NsEmigration,
): Promise<ValidationResult> {
  return (await admissionAmong(objects)).validate!(request(object, old));
}

describe('a move to another project', () => {
  test('is admitted where the namespace can move', async () => {
    const objects = [own, namespace('prj-own'), project('prj-b', 't', '2')];
    expect(await judged(objects, emigration('prj-b'))).toEqual({ problems: [], warnings: [] });
  });

  test('is admitted with a warning for each thing that is not there yet: git applies in any order', async () => {
    expect(await judged([], emigration('prj-b'))).toEqual({
      problems: [],
      warnings: ['there is no Namespace cls-a-shop in prj-own', 'there is no Project prj-b'],
    });
    const objects = [own, namespace('prj-own', 'Pending'), project('prj-b', 't', '2', { phase: 'Pending' })];
    expect((await judged(objects, emigration('prj-b'))).warnings).toEqual([
      'Namespace cls-a-shop is Pending: it moves when it is Available',
      'Project prj-b is Pending: the namespace moves when it is Active',
    ]);
  });

  test('waits while the cluster of the namespace does not answer', async () => {
    const message = 'Cluster cls-a has not answered.';
    const silent = namespace('prj-own', 'Available', {}, { status: 'Unknown', reason: 'ConnectClusterError', message });
    const answering = namespace('prj-own', 'Available', {}, { status: 'True', reason: 'Succeeded' });
    const destination = project('prj-b', 't', '2');
    expect(await judged([own, silent, destination], emigration('prj-b'))).toEqual({
      problems: [],
      warnings: [`Namespace cls-a-shop moves when it is Ready, and now: ${message}`],
    });
    expect(await judged([own, answering, destination], emigration('prj-b'))).toEqual({ problems: [], warnings: [] });
  });

  test('that has ended already is refused, without advice to delete what has moved', async () => {
    const objects = [own, namespace('prj-b'), project('prj-b', 't', '2')];
    const { problems, warnings } = await judged(objects, emigration('prj-b'));
    expect(warnings).toEqual([]);
    expect(problems).toEqual([
      expect.objectContaining({
        field: 'spec.namespace',
        rule: expect.stringContaining('Namespace cls-a-shop has moved already: it is in prj-b'),
        remedy: 'Delete this NsEmigration, and take it out of git: there is nothing left to do.',
      }),
    ]);
  });

  test('is refused with all causes at once', async () => {
    const objects = [
      own,
      namespace('prj-own', 'Available', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      namespace('prj-b'),
      project('prj-b', 't', '1'),
    ];
    const { problems } = await judged(objects, emigration('prj-b'));
    expect(problems.map(({ field, rule }) => [field, rule.replace(/^.*?: /, '')])).toEqual([
      ['spec.namespace', 'Namespace cls-a-shop is being deleted'],
      ['spec.destination', 'prj-b has a Namespace cls-a-shop already'],
      ['spec.destination', expect.stringContaining('cls-a requests.cpu: 2 wanted, which must be at most the 1')],
    ]);
  });

  test.each([
    ['the project it is in', 'prj-own', [own, namespace('prj-own')], /prj-own has the namespace already/],
    ['a project that is being deleted', 'prj-b', [deleting(project('prj-b', 't', '9'))], /prj-b is being deleted/],
    [
      'a project without a part of the cluster',
      'prj-b',
      [without(project('prj-b', 't', '9'))],
      /no part of this cluster/,
    ],
  ])('to %s is refused', async (_what, destination, more, rule) => {
    const { problems } = await judged([own, namespace('prj-own'), ...more], emigration(destination));
    expect(problems).toEqual([
      expect.objectContaining({ field: 'spec.destination', rule: expect.stringMatching(rule) }),
    ]);
  });

  test('to a project of another tenant is refused, and nothing is told of that project', async () => {
    const objects = [
      own,
      namespace('prj-own'),
      project('prj-x', 'other', '1', { phase: 'Failed' }),
      namespace('prj-x'),
    ];
    const { problems, warnings } = await judged(objects, emigration('prj-x', 't'));
    expect(warnings).toEqual([]);
    expect(problems.map(({ rule }) => rule)).toEqual([
      'must name a Project that the namespace can move to: prj-x is not a Project of the same tenant',
    ]);
  });

  test('that was admitted is not judged again', async () => {
    const object = emigration('prj-gone');
    expect(await judged([own], { ...object, metadata: { name, labels: { a: 'b' } } }, object)).toEqual({
      problems: [],
      warnings: [],
    });
  });

  test('has the tenant of the project it is in', async () => {
    const { default: fill } = await admissionAmong([own]);
    expect(fill?.(request(emigration('prj-b')))).toMatchObject({ spec: { tenantID: 't', destination: 'prj-b' } });
    expect(fill?.(request(emigration('prj-b', 'u')))).toBeUndefined();
    expect(fill?.(request({ metadata: { name } } as unknown as NsEmigration))).toBeUndefined();
  });
});

function deleting(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
}

function without(object: KubeObject): KubeObject {
  return { ...object, spec: { tenantID: 't', displayName: 'd', clusters: {} } } as KubeObject;
}
