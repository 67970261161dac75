import { setImmediate } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import type { Portal } from '@tke/api-business';
import { groupKey, userKey } from '@tke/authz';
import type { KubeObject } from '@tke/meta';
import { followRules, registerInformers, tellStanding, type FollowedRules } from '@tke/policy';
import { cacheOf } from '@tke/runtime/testing';
import type { AdmissionRequest, AdmissionUser, KindAdmission } from '@tke/webhook';

import { indexProjects } from '../project/indexes.ts';
import { portalAdmission } from './portal-admission.ts';

const link = (v0: string, v1: string, v2 = '*') => aRule({ ptype: 'g', v0, v1, v2 });
const policy = (v0: string) => aRule({ ptype: 'p', v0, v1: '*', v2: '*', v3: 'getPod', v4: 'allow' });

function aRule(spec: object): KubeObject & { spec: object } {
  const name = `rul-${Object.values(spec)
    .join('-')
    .replaceAll(/[^a-z0-9-]/g, '.')}`;
  return { apiVersion: 'auth.tkestack.io/v1', kind: 'Rule', metadata: { name }, spec };
}

const aProject = (name: string, tenantID: string, more: object = {}) => ({
  apiVersion: 'business.tkestack.io/v1',
  kind: 'Project',
  metadata: { name },
  ...{ spec: { tenantID, displayName: `Project ${name}`, ...more }, status: { phase: 'Active' } },
});

const many = Array.from({ length: 1003 }, (_, at) => aProject(`prj-${String(at).padStart(4, '0')}`, 'big'));
const tenant = (name: string, administrators: string[]) => ({
  apiVersion: '',
  kind: 'IdentityProvider',
  metadata: { name },
  ...{ spec: { administrators } },
});

const stored: readonly KubeObject[] = [
  ...[tenant('t', ['root']), tenant('u', ['ada']), tenant('big', ['boss'])],
  ...[aProject('prj-a', 't'), aProject('prj-b', 't', { parentProjectName: 'prj-a' }), aProject('prj-of-u', 'u')],
  ...['pol-t-project-owner', 'pol-t-project-viewer', 'pol-wide', 'pol-u-project-owner'].map(policy),
  link(userKey('t', 'alice'), 'pol-t-project-owner', 'prj-a'),
  link(userKey('t', 'alice'), 'pol-wide'),
  link(groupKey('t', 'team'), 'pol-t-project-viewer', 'prj-b'),
  link(userKey('t', 'alice'), 'pol-t-project-viewer', 'prj-deleted'),
  // A row of another tenant's making: it must not open that tenant's project.
  link(userKey('t', 'alice'), 'pol-u-project-owner', 'prj-of-u'),
  ...many,
];

const stop = new AbortController();
let admission: KindAdmission<Portal>;
beforeAll(async () => {
  let rules: FollowedRules | undefined;
  const cache = await cacheOf(
    stored,
    (reader) => {
      registerInformers(reader);
      indexProjects(reader);
      rules = followRules(reader);
    },
    stop.signal,
  );
  while (rules?.synced !== true) {
    await setImmediate();
  }
  admission = portalAdmission(cache, tellStanding(cache, rules));
});
afterAll(() => stop.abort());

const user = (username: string, ...groups: string[]): AdmissionUser => ({ username, uid: '', groups, extra: {} });
const empty = { apiVersion: 'business.tkestack.io/v1', kind: 'Portal', metadata: { name: 'me' } };

async function ask(userInfo: AdmissionUser, object: object = empty, dryRun = true) {
  const { kind } = admission;
  const request = { uid: '1', operation: 'CREATE', kind, name: 'me', userInfo, dryRun, object };
  const answer = await admission.default!(request as AdmissionRequest<Portal>);
  return answer as Portal | undefined;
}

test('a user sees the projects he has a part in, with his roles, and what he holds everywhere', async () => {
  expect(await ask(user('alice', 'tenant:t'))).toEqual({
    ...empty,
    user: 'alice',
    tenantID: 't',
    administrator: false,
    policies: ['pol-wide'],
    projects: { 'prj-a': 'Project prj-a' },
    roles: { 'prj-a': ['owner'] },
    extension: { 'prj-a': { phase: 'Active' } },
  });
});

test('his groups count', async () => {
  expect(await ask(user('bob', 'tenant:t', 'team'))).toMatchObject({
    projects: { 'prj-b': 'Project prj-b' },
    roles: { 'prj-b': ['viewer'] },
    extension: { 'prj-b': { phase: 'Active', parent: 'prj-a' } },
  });
});

test('an administrator sees every project of the tenant and none of another', async () => {
  expect(await ask(user('root', 'tenant:t'))).toMatchObject({
    administrator: true,
    roles: { 'prj-a': [], 'prj-b': [] },
  });
  expect((await ask(user('ada', 'tenant:u')))?.projects).toEqual({ 'prj-of-u': 'Project prj-of-u' });
});

test.each([
  ['of no tenant', user('kubernetes-admin', 'system:masters'), 'the user belongs to no tenant'],
  ['of two', user('alice', 'tenant:t', 'tenant:u'), 'the user claims 2 tenants'],
  ['of one that does not exist', user('alice', 'tenant:gone'), '"gone" is no tenant of this platform'],
])('somebody %s is told so, and nothing else', async (_, who, reason) => {
  const { username } = who;
  expect(await ask(who)).toEqual({ ...empty, user: username, administrator: false, reason });
});

test('what the caller fills in himself is not kept', async () => {
  const own = { ...empty, administrator: true, projects: { 'prj-of-u': 'mine' }, policies: ['pol-all'], more: 7 };
  expect(await ask(user('eve', 'tenant:t'), own)).toEqual({
    ...empty,
    ...{ user: 'eve', tenantID: 't', administrator: false, policies: [], projects: {}, roles: {}, extension: {} },
  });
});

test('a thousand projects are listed, of more it is told how many', async () => {
  const answer = await ask(user('boss', 'tenant:big'));
  expect(Object.keys(answer?.projects ?? {})).toHaveLength(1000);
  expect(answer).toMatchObject({ more: 3, projects: expect.not.objectContaining({ 'prj-1000': expect.anything() }) });
});

test('without a dry run nothing is computed: it is refused anyway', async () => {
  expect(await ask(user('alice', 'tenant:t'), empty, false)).toBeUndefined();
});

test('while the rules are not read there is no answer', async () => {
  const cache = await cacheOf(stored, registerInformers, stop.signal);
  const unread = { ...followRules(cache), synced: false };
  const early = portalAdmission(cache, tellStanding(cache, unread));
  const { kind } = early;
  const userInfo = user('alice', 'tenant:t');
  const request = { uid: '1', operation: 'CREATE' as const, kind, name: 'me', userInfo, dryRun: true, object: empty };
  expect(() => early.default!(request)).toThrow(expect.objectContaining({ code: 'RulesNotSynced' }));
});
