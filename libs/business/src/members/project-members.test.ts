import { expect, test } from '@jest/globals';
import type { ProjectPolicyBinding } from '@tke/api-auth';
import type { Project } from '@tke/api-business';
import { KubeApiError, type Client } from '@tke/kube-client';
import type { CacheReader } from '@tke/runtime';

import { aProject } from '../testing/objects.ts';
import { memberBinding } from './member-binding.ts';
import { reconcileMembers } from './project-members.ts';

const { signal } = new AbortController();

const projectOf = (spec: Partial<Project['spec']>, uid = 'uid-now'): Project => {
  const object = aProject('prj-a', {}, { members: ['olga'], ...spec });
  return { ...object, metadata: { ...object.metadata, uid } };
};

const predecessors = (metadata: object = {}): ProjectPolicyBinding => {
  const binding = memberBinding(projectOf({}, 'uid-before'));
  return { ...binding, metadata: { ...binding.metadata, uid: 'uid-binding', resourceVersion: '1', ...metadata } };
};

/** The requests that are made of the server, and what becomes of the members. */
async function kept(project: Project, stored?: ProjectPolicyBinding, created: unknown = {}) {
  const asked: string[] = [];
  const answer = (verb: string, value: unknown = {}) => {
    asked.push(verb);
    return value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
  };
  const client = {
    create: () => answer('create', created),
    patch: () => answer('patch'),
    delete: () => answer('delete'),
  } as unknown as Client;
  const cache = { get: () => stored } as unknown as CacheReader;
  return { state: await reconcileMembers(project, { client, cache }, signal), asked };
}

test('members of a project without a tenant are not made owners, which is told', async () => {
  const { state, asked } = await kept(projectOf({ tenantID: '' }));
  expect(state).toMatchObject({ kind: 'problem', error: { code: 'TenantMissing' } });
  expect(asked).toEqual([]);
  expect((await kept(projectOf({ tenantID: '', members: [] }))).state).toEqual({ kind: 'bound' });
});

test('while the binding of a predecessor goes, nobody is bound', async () => {
  const going = {
    kind: 'waiting',
    message: expect.stringContaining('waiting for the end of ProjectPolicyBinding prj-a-'),
  };
  expect(await kept(projectOf({}), predecessors())).toEqual({ state: going, asked: ['delete'] });
  const deletionTimestamp = '2026-01-01T00:00:00Z';
  expect(await kept(projectOf({}), predecessors({ deletionTimestamp }))).toEqual({ state: going, asked: [] });
  // Nobody is waited for where nobody is to be bound.
  expect((await kept(projectOf({ members: [] }), predecessors({ deletionTimestamp }))).state).toEqual({
    kind: 'bound',
  });
});

const judged = (
  reason: string,
  observedGeneration: number,
  status: 'True' | 'False' = 'True',
): ProjectPolicyBinding => {
  const binding = memberBinding(projectOf({}));
  const condition = { type: 'Stalled', status, reason, message: 'olga is nobody.', lastTransitionTime: '' };
  return {
    ...binding,
    metadata: { ...binding.metadata, uid: 'uid-binding', generation: 2 },
    status: { observedGeneration, conditions: [condition] },
  };
};

test('what the binding says of itself is said of the members, while it speaks of the binding as it is', async () => {
  const { state, asked } = await kept(projectOf({}), judged('SubjectNotFound', 2));
  const message = `spec.members, by ProjectPolicyBinding ${memberBinding(projectOf({})).metadata.name}: olga is nobody`;
  expect(state).toMatchObject({ kind: 'problem', error: { code: 'SubjectNotFound', class: 'NeedsUser', message } });
  expect(asked).toEqual([]);
  const fine = { state: { kind: 'bound' }, asked: [] };
  expect(await kept(projectOf({}), judged('Succeeded', 2, 'False'))).toEqual(fine);
  expect(await kept(projectOf({}), judged('SubjectNotFound', 1))).toEqual(fine);
  const changed = await kept(projectOf({ members: ['paul'] }), judged('SubjectNotFound', 2));
  expect(changed).toEqual({ state: { kind: 'bound' }, asked: ['patch'] });
});

test('a binding that the cache does not know yet is waited for', async () => {
  const exists = new KubeApiError({ method: 'POST', path: '/' }, 409, { reason: 'AlreadyExists' });
  expect((await kept(projectOf({}), undefined, exists)).state).toMatchObject({ kind: 'waiting' });
  expect(await kept(projectOf({}))).toEqual({ state: { kind: 'bound' }, asked: ['create'] });
});
